// Keeps what was typed when the session ends under a form: after logging in again it is still there.

import { enhance } from "./enhance";
import { toast } from "./toasts";

interface Draft {
  page: string;
  user: string;
  fields: [name: string, value: string, text: string][];
  interrupted?: boolean;
}

const KEY = "draft";
const CONTROLS = "input:not([type=password], [type=file], [name=csrf_token]), select, textarea";
const page = location.pathname + location.search;
const user = () => document.querySelector("#account .who")?.textContent?.trim() ?? "";
const stored = sessionStorage.getItem(KEY);
const draft = stored ? (JSON.parse(stored) as Draft) : null;

// Only the log-in may come between sending the form and seeing it again.
if (draft && document.querySelector("form[data-login]")) store({ ...draft, interrupted: true });
else sessionStorage.removeItem(KEY);

enhance("form[data-guard]", (element) => {
  const form = element as HTMLFormElement;
  form.addEventListener("submit", () => store({ page, user: user(), fields: controlsOf(form).flatMap(read) }));
  if (!draft?.interrupted || draft.page !== page || draft.user !== user()) return;
  for (const control of controlsOf(form)) write(control, draft.fields.filter(([name]) => name === control.name));
  form.dispatchEvent(new Event("input"));
  toast(form.dataset.kept ?? "", "info");
});

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.querySelectorAll<Control>(CONTROLS)].filter((control) => control.name);
}

function read(control: Control): Draft["fields"] {
  if (control instanceof HTMLSelectElement) return [...control.selectedOptions].map((option) => [control.name, option.value, option.text]);
  if (control instanceof HTMLInputElement && isTicked(control) && !control.checked) return [];
  return [[control.name, control.value, ""]];
}

function write(control: Control, fields: Draft["fields"]): void {
  const values = fields.map(([, value]) => value);
  if (control instanceof HTMLSelectElement) {
    const known = [...control.options].map((option) => option.value);
    for (const [, value, text] of fields) if (!known.includes(value)) control.add(new Option(text, value));
    for (const option of control.options) option.selected = values.includes(option.value);
  } else if (control instanceof HTMLInputElement && isTicked(control)) control.checked = values.includes(control.value);
  else control.value = values[0] ?? control.value;
}

function isTicked(control: HTMLInputElement): boolean {
  return control.type === "checkbox" || control.type === "radio";
}

function store(value: Draft): void {
  sessionStorage.setItem(KEY, JSON.stringify(value));
}
