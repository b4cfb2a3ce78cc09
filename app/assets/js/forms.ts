// Forms that hold work: says when something is not saved yet, and keeps it from being left by mistake.

import { enhance } from "./enhance";

enhance("form[data-guard]", (form) => {
  if (!(form instanceof HTMLFormElement)) return;
  const before = serialise(form);
  let submitting = false;
  const mark = () => form.toggleAttribute("data-changed", "refused" in form.dataset || serialise(form) !== before);
  const warn = (event: BeforeUnloadEvent) => {
    if (form.isConnected && form.hasAttribute("data-changed") && !submitting) event.preventDefault();
  };
  form.addEventListener("input", mark);
  form.addEventListener("change", mark);
  form.addEventListener("submit", () => (submitting = true));
  window.addEventListener("beforeunload", warn);
  mark();
});

// A page that comes back with errors begins at their summary.
enhance("[data-errors]", (summary) => summary.focus());

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  // A download answers without leaving the page, so the form must not stay shut.
  setTimeout(() => delete form.dataset.sent, 4000);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset.sent;
});

function serialise(form: HTMLFormElement): string {
  return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));
}
