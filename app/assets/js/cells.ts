// Edits a cell of a list where it stands. One pen moves to the cell or row that is looked at; what
// cannot be decided in a cell, such as a conflict, is sent again as a page of its own.

import { refresh } from "./enhance";
import { toast } from "./toasts";
import { word } from "./words";

const EDGES: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The form that is open; there is only one, so that nothing is typed in two places. */
let open: { cell: HTMLTableCellElement; form: HTMLFormElement; shown: Node[]; table: Table } | null = null;

class Table {
  private readonly words = document.getElementById("cell-pen") as HTMLTemplateElement;
  private readonly fields: string[];
  readonly pen: HTMLAnchorElement;

  constructor(private readonly table: HTMLTableElement) {
    this.fields = [...table.tHead!.rows[0]!.cells].map((head) => head.dataset.field ?? "");
    this.pen = this.words.content.firstElementChild!.cloneNode(true) as HTMLAnchorElement;
    // A finger does not hover, so there each cell has a pen of its own.
    if (matchMedia("(hover: none)").matches) for (const row of this.rows()) this.equip(row);
    else this.moveTo(this.cellsOf(this.rows()[0])[0]);
    table.addEventListener("pointerover", (event) => this.follow(event.target as Element, false));
    table.addEventListener("focusin", (event) => this.follow(event.target as Element, true));
    table.addEventListener("click", (event) => this.press(event));
    table.addEventListener("keydown", (event) => this.steer(event));
  }

  word(name: string): string {
    return this.words.dataset[name] ?? "";
  }

  rows(): HTMLTableRowElement[] {
    return [...this.table.tBodies[0]!.rows];
  }

  cellsOf(row?: HTMLTableRowElement): HTMLTableCellElement[] {
    return [...(row?.cells ?? [])].filter((cell) => this.fields[cell.cellIndex]);
  }

  equip(row: HTMLTableRowElement): void {
    for (const cell of this.cellsOf(row)) cell.append(this.addressed(this.pen.cloneNode(true) as HTMLAnchorElement, cell));
  }

  moveTo(cell?: HTMLTableCellElement): void {
    if (cell && !cell.querySelector("form, .pen")) cell.append(this.addressed(this.pen, cell));
  }

  private addressed(pen: HTMLAnchorElement, cell: HTMLTableCellElement): HTMLAnchorElement {
    const row = cell.closest("tr")!;
    const address = row.querySelector<HTMLAnchorElement>(".lead a")!.pathname;
    const key = address.slice(address.lastIndexOf("/") + 1);
    const field = this.table.tHead!.rows[0]!.cells[cell.cellIndex]!.textContent!.trim();
    const record = row.querySelector(".lead")?.textContent?.trim() ?? "";
    pen.href = `${this.table.dataset.cells}${key}/${this.fields[cell.cellIndex]}`;
    pen.ariaLabel = this.word("label").replace("{0}", field).replace("{1}", record);
    return pen;
  }

  private follow(target: Element, hasFocus: boolean): void {
    if (target.closest(".pen, form") || document.activeElement === this.pen) return;
    const row = target.closest<HTMLTableRowElement>("tbody tr");
    if (!row || row.querySelector("form, .pen:focus")) return;
    const cell = target.closest<HTMLTableCellElement>("td, th");
    const own = this.cellsOf(row);
    if (hasFocus) this.moveTo(row.contains(this.pen) ? undefined : own[0]);
    else if (cell && own.includes(cell)) this.moveTo(cell);
  }

  private press(event: MouseEvent): void {
    const target = event.target as Element;
    const pen = target.closest<HTMLAnchorElement>(".pen");
    if (!pen || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void edit(this, pen.closest<HTMLTableCellElement>("td, th")!, pen.href);
  }

  private steer(event: KeyboardEvent): void {
    const target = event.target as Element;
    const row = target.closest<HTMLTableRowElement>("tbody tr");
    if (!row || target.closest("form")) return;
    const pen = target.closest<HTMLAnchorElement>(".pen");
    if (event.key === "F2") {
      event.preventDefault();
      const cell = pen?.closest<HTMLTableCellElement>("td, th") ?? this.cellsOf(row)[0];
      if (!cell) return;
      this.moveTo(cell);
      void edit(this, cell, cell.querySelector<HTMLAnchorElement>(".pen")!.href);
    } else if (pen && event.key in EDGES) {
      event.preventDefault();
      this.step(pen, row, ...EDGES[event.key]!);
    }
  }

  private step(pen: HTMLAnchorElement, row: HTMLTableRowElement, down: number, across: number): void {
    const cells = this.cellsOf(row);
    const index = cells.indexOf(pen.closest<HTMLTableCellElement>("td, th")!);
    const forward = getComputedStyle(row).direction === "rtl" ? -across : across;
    const next = down ? this.cellsOf(this.rows()[this.rows().indexOf(row) + down])[index] : cells[index + forward];
    if (!next) return;
    this.moveTo(next);
    next.querySelector<HTMLElement>(".pen")?.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

export function editCells(table: HTMLTableElement): void {
  if (document.getElementById("cell-pen") && table.tBodies[0]?.rows.length) new Table(table);
}

async function edit(table: Table, cell: HTMLTableCellElement, address: string): Promise<void> {
  if (open?.form.isConnected) {
    if (open.form.hasAttribute("data-changed")) {
      toast(open.table.word("busy"), "info");
      return control(open.form)?.focus();
    }
    close(false);
  }
  const page = await ask(table, address);
  const form = page?.querySelector<HTMLFormElement>("form[data-cell]");
  if (!form || !cell.isConnected || open?.form.isConnected) return;
  const shown = [...cell.childNodes];
  cell.replaceChildren();
  open = { cell, form, shown, table };
  show(form);
}

/** Put a form into the open cell, in the place of what was there. */
function show(form: HTMLFormElement): void {
  unpick(open!.cell);
  open!.form = document.adoptNode(form);
  open!.cell.replaceChildren(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void save(form);
  });
  form.addEventListener("click", (event) => (event.target as Element).closest("[data-cancel]") && close(true));
  form.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") close(true);
    else if (event.key === "Enter" && event.target instanceof HTMLSelectElement) form.requestSubmit();
    else return;
    event.preventDefault();
  });
  refresh(document);
  void focus(form);
}

async function focus(form: HTMLFormElement): Promise<void> {
  const found: (HTMLElement & { tomselect?: { focus(): void } }) | null = control(form);
  if (found?.matches("[data-picker]")) {
    // The script that makes the picker may be on its way still.
    while (!found.tomselect && form.isConnected) await new Promise(requestAnimationFrame);
    return found.tomselect?.focus();
  }
  found?.focus();
  if (found instanceof HTMLInputElement && found.type !== "checkbox") found.select();
}

function control(form: HTMLFormElement): HTMLElement | null {
  return form.querySelector<HTMLElement>("select[name], textarea[name], input[name]:not([type=hidden])");
}

/** Show again what the cell showed before. */
function close(hasFocus: boolean): void {
  const { cell, shown, table } = open!;
  unpick(cell);
  open = null;
  cell.replaceChildren(...shown);
  table.moveTo(cell);
  if (hasFocus) cell.querySelector<HTMLElement>(".pen")?.focus();
}

/** The choices of a picker hang at the end of the page, and must go with it. */
function unpick(cell: HTMLElement): void {
  for (const select of cell.querySelectorAll<HTMLSelectElement & { tomselect?: { destroy(): void } }>("select.tomselected")) select.tomselect?.destroy();
}

async function save(form: HTMLFormElement): Promise<void> {
  if (form.ariaBusy === "true" || !open) return;
  const { table, cell } = open;
  form.ariaBusy = "true";
  const body = new FormData(form);
  body.set("next", location.pathname + location.search);
  const page = await ask(table, form.action, body);
  form.ariaBusy = null;
  if (!page) return;
  const again = page.querySelector<HTMLFormElement>("form[data-cell]");
  if (again) return show(again);
  const row = page.querySelector<HTMLTableRowElement>("tr:has(> .lead)");
  if (!row) {
    // What comes is a page, such as both texts of a conflict side by side.
    const next = document.createElement("input");
    Object.assign(next, { type: "hidden", name: "next", value: location.pathname + location.search });
    form.append(next);
    return HTMLFormElement.prototype.submit.call(form);
  }
  replace(table, cell, document.adoptNode(row));
  document.getElementById("toasts")!.append(...page.querySelectorAll(".toast"));
  refresh(document);
}

function replace(table: Table, cell: HTMLTableCellElement, row: HTMLTableRowElement): void {
  const old = cell.closest("tr")!;
  const [before, after] = [old, row].map((found) => found.querySelector<HTMLInputElement>(".pick input"));
  if (before && after) after.checked = before.checked;
  unpick(cell);
  open = null;
  old.replaceWith(row);
  if (matchMedia("(hover: none)").matches) table.equip(row);
  else table.moveTo(row.cells[cell.cellIndex]);
  row.cells[cell.cellIndex]?.querySelector<HTMLElement>(".pen")?.focus();
}

/** What the server answers; nothing where it says only that something went wrong. */
async function ask(table: Table, address: string, body?: FormData): Promise<Document | null> {
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href, Accept: "text/html" };
  const response = await fetch(address, { method: body ? "post" : "get", headers, body }).catch(() => null);
  if (response?.headers.has("HX-Redirect")) toast(table.word("out"));
  else if (!response || response.status >= 500) toast(word("failed"));
  else {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.headers.has("HX-Retarget")) return page;
    document.getElementById("toasts")!.append(...page.querySelectorAll(".toast"));
    refresh(document);
  }
  return null;
}
