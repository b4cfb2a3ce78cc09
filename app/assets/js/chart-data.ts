// Reads a chart's data from its table, and its colours from the tokens.

export interface Data {
  labels: string[];
  series: { label: string; values: (number | null)[]; texts: string[]; links: (HTMLAnchorElement | null)[] }[];
}

/** Columns are series, rows are groups; a cell carries its exact number in `data-value`. */
export function readTable(table: HTMLTableElement): Data {
  const rows = [...table.tBodies[0]!.rows];
  const heads = [...table.tHead!.rows[0]!.cells].slice(1);
  return {
    labels: rows.map((row) => text(row.cells[0]!)),
    series: heads.map((head, index) => {
      const cells = rows.map((row) => row.cells[index + 1]!);
      return {
        label: text(head),
        values: cells.map((cell) => number(cell.dataset.value)),
        texts: cells.map(text),
        // A cell of several series has a link of its own, else the row's counts.
        links: cells.map((cell, row) => cell.querySelector("a") ?? rows[row]!.querySelector("th a")),
      };
    }),
  };
}

/** Canvas knows no custom properties, so each token is resolved on an element first. */
export function colours(element: HTMLElement) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const resolve = (name: string) => {
    probe.style.color = `var(--${name})`;
    return hex(getComputedStyle(probe).color);
  };
  const found = {
    ink: resolve("ink-2"),
    line: resolve("line"),
    paper: resolve("paper"),
    series: Array.from({ length: 8 }, (_, index) => resolve(`series-${index + 1}`)),
  };
  probe.remove();
  return found;
}

function hex(colour: string): string {
  const parts = colour.match(/\d+/g)!.slice(0, 3);
  return "#" + parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("");
}

const text = (cell: HTMLElement) => cell.textContent!.trim();
const number = (value: string | undefined) => (value ? Number(value) : null);
