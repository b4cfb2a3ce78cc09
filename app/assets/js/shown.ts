// Fields that belong to some values of another one only: they come and go as that one changes.

import { enhance } from "./enhance";

enhance("form:has([data-shown-when])", (form) => {
  if (!(form instanceof HTMLFormElement)) return;
  const fields = [...form.querySelectorAll<HTMLElement>("[data-shown-when]")];
  const show = () => {
    for (const field of fields) {
      const value = valueOf(form, field.dataset.shownWhen ?? "");
      field.hidden = value !== null && !(field.dataset.shownFor ?? "").split(" ").includes(value);
    }
    for (const group of form.querySelectorAll("fieldset")) {
      const members = [...group.querySelectorAll<HTMLElement>(".field")];
      if (members.length) group.hidden = members.every((member) => member.hidden);
    }
  };
  form.addEventListener("change", show);
  // What is hidden is kept while one types, and left out when it is saved: the server empties it.
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) for (const field of fields) if (field.hidden) lock(field, true);
  });
  window.addEventListener("pageshow", () => {
    for (const field of fields) lock(field, false);
  });
  show();
});

/** What is chosen in a control; null where the form does not have it, so that nothing is hidden. */
function valueOf(form: HTMLFormElement, name: string): string | null {
  const control = form.elements.namedItem(name);
  if (control instanceof HTMLInputElement && control.type === "checkbox") return String(control.checked);
  if (control instanceof HTMLSelectElement || control instanceof HTMLInputElement || control instanceof RadioNodeList)
    return control.value;
  return null;
}

function lock(field: HTMLElement, isLocked: boolean): void {
  for (const control of field.querySelectorAll<HTMLInputElement>("input, select, textarea")) control.disabled = isLocked;
}
