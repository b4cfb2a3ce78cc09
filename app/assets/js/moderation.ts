// The moderation page: j and k go from comment to comment, and the other keys press the buttons of the current one.
// keys.ts, which every page has, presses whatever bears the key in `data-key`.

const cases = [...document.querySelectorAll<HTMLElement>("[data-case]")];
let current = -1;

function go(index: number): void {
  if (!cases.length) return;
  mark(Math.max(0, Math.min(cases.length - 1, index)));
  cases[current]?.focus();
  cases[current]?.scrollIntoView({ block: "nearest" });
}

function mark(index: number): void {
  if (index === current) return;
  for (const button of document.querySelectorAll("[data-case] [data-key]")) button.removeAttribute("data-key");
  current = index;
  cases.forEach((element, at) => element.toggleAttribute("data-current", at === index));
  for (const button of cases[index]?.querySelectorAll<HTMLElement>("[data-for-key]") ?? []) button.dataset.key = button.dataset.forKey;
  const box = cases[index]?.querySelector<HTMLElement>("[data-choose]");
  if (box) box.dataset.key = "x";
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  const isTyping = target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
  if (event.key !== "j" && event.key !== "k") return;
  event.preventDefault();
  go(current + (event.key === "j" ? 1 : -1));
});

// Whatever one looks at or clicks into is the current one.
for (const [index, element] of cases.entries()) element.addEventListener("focusin", () => mark(index));
if (cases.length) mark(0);
