// Ticked rows: counts them, shows the bar, and offers all the rows of the list.

const boxes = () => [...document.querySelectorAll<HTMLInputElement>("input[name=key][form=bulk]")];
const bar = () => document.querySelector<HTMLFormElement>("[data-selection]");

document.addEventListener("change", (event) => {
  const target = event.target;
  if (!(target instanceof HTMLInputElement)) return;
  if ("pickAll" in target.dataset) for (const box of boxes()) box.checked = target.checked;
  else if (target.name !== "key") return;
  show(false);
});

// Shift selects everything between the last two rows that were ticked.
let last: HTMLInputElement | null = null;
document.addEventListener("click", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.name !== "key") return;
  const all = boxes();
  const [from, to] = [all.indexOf(last ?? box), all.indexOf(box)].sort((a, b) => a - b) as [number, number];
  if (event.shiftKey && from >= 0) for (const between of all.slice(from, to + 1)) between.checked = box.checked;
  last = box;
});

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-selection] :is([data-clear], [data-all])");
  if (!button) return;
  if ("all" in button.dataset) return show(true);
  for (const box of boxes()) box.checked = false;
  show(false);
});

function show(everything: boolean): void {
  const form = bar();
  if (!form) return;
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  const offer = form.querySelector<HTMLElement>("[data-all]");
  const field = form.querySelector<HTMLInputElement>("[data-all-field]");
  const label = form.querySelector<HTMLElement>("[data-count]")!;
  const head = document.querySelector<HTMLInputElement>("[data-pick-all]");
  const count = everything && offer ? Number(offer.dataset.all) : ticked;
  const number = new Intl.NumberFormat(document.documentElement.lang).format(count);
  form.dataset.count = number;
  label.textContent = count === 1 ? label.dataset.one! : label.dataset.many!.replace("{count}", number);
  if (field) field.value = everything ? "1" : "";
  if (offer) offer.hidden = everything || ticked < all.length;
  if (head) Object.assign(head, { checked: ticked === all.length, indeterminate: ticked > 0 && ticked < all.length });
}

document.addEventListener("htmx:after:swap", () => show(false));
window.addEventListener("pageshow", () => show(false));
