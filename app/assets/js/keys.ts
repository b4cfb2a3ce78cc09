// The few shortcuts: an element names its key in `data-key`. None works while typing or with a dialog open.

const TYPING = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") return save(event);
  const typing = event.target instanceof Element && event.target.closest(TYPING);
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open], :popover-open")) return;
  const target = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target instanceof HTMLInputElement) target.select();
  else target.click();
});

function save(event: KeyboardEvent): void {
  const form = document.querySelector<HTMLFormElement>("form[data-guard]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector<HTMLButtonElement>("[data-save]"));
}
