// The table of rights: find a row, see only what is given, and tick all of a row at once.

import { enhance } from "./enhance";

enhance("[data-rights]", (part) => {
  // On a large site the server finds the rows, and there are no tools here.
  const tools = part.querySelector<HTMLElement>("[data-tools]");
  if (tools) findable(part, tools);
  for (const row of part.querySelectorAll<HTMLElement>("[data-row]")) tickAll(row);
});

function findable(part: HTMLElement, tools: HTMLElement): void {
  const search = tools.querySelector<HTMLInputElement>("input[type=search]")!;
  const onlyGiven = tools.querySelector<HTMLInputElement>("[data-only-given]")!;
  const status = tools.querySelector<HTMLElement>("[data-nothing]")!;
  const groups = [...part.querySelectorAll<HTMLElement>("tbody")].map((group) => ({
    head: group.querySelector<HTMLElement>(".area")!,
    name: words(group.querySelector(".area")!),
    rows: [...group.querySelectorAll<HTMLElement>("[data-row]")].map((row) => ({ row, text: words(row) })),
  }));

  const narrow = () => {
    const wanted = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { head, name, rows } of groups) {
      let any = false;
      for (const { row, text } of rows) {
        const fits = wanted.every((word) => text.includes(word) || name.includes(word));
        row.hidden = !fits || (onlyGiven.checked && !row.querySelector("[name=permissions]:checked"));
        any ||= !row.hidden;
      }
      head.hidden = !any;
      shown += any ? 1 : 0;
    }
    status.textContent = shown ? "" : status.dataset.nothing!;
  };

  tools.hidden = false;
  search.addEventListener("input", narrow);
  onlyGiven.addEventListener("change", narrow);
  // Enter in a search box would send the form around it.
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

function tickAll(row: HTMLElement): void {
  const all = row.querySelector<HTMLInputElement>("[data-all]");
  const boxes = [...row.querySelectorAll<HTMLInputElement>("[name=permissions]:enabled")];
  if (!all) return;
  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && !all.checked;
  };
  all.closest<HTMLElement>("[hidden]")!.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  row.addEventListener("change", show);
  show();
}

function words(element: Element): string {
  return element.textContent!.toLocaleLowerCase();
}
