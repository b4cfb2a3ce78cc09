// What the rows of a table get here and not from the server, which would send it again with each of
// them: the tools of a row, and on cards the names of its values.

import { enhance } from "./enhance";

enhance("#list .grid:has(th.more) tbody tr:not(:has(td.more))", (row) => {
  const tools = document.getElementById("row-tools") as HTMLTemplateElement | null;
  const link = row.querySelector<HTMLAnchorElement>(".lead a");
  if (!tools || !link) return;
  const cell = (row as HTMLTableRowElement).insertCell();
  cell.className = "more";
  const key = link.pathname.slice(link.pathname.lastIndexOf("/") + 1);
  const next = encodeURIComponent(location.pathname + location.search);
  cell.append(tools.content.cloneNode(true));
  for (const tool of cell.querySelectorAll<HTMLElement>(".tool")) {
    tool.ariaLabel = tool.ariaLabel!.replace("{0}", link.textContent!.trim());
    if (tool instanceof HTMLAnchorElement) tool.href = `${tool.dataset.to}${key}?next=${next}`;
    else (tool as HTMLButtonElement).value = decodeURIComponent(key);
  }
});

enhance(".cards tbody tr", (row) => {
  const heads = row.closest("table")!.tHead?.rows[0]?.cells;
  for (const cell of (row as HTMLTableRowElement).cells) {
    const head = heads?.[cell.cellIndex];
    if (cell.matches("td:not(.pick, .more)") && head) cell.dataset.label = head.textContent!.trim();
  }
});
