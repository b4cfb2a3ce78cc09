// Keeps what is typed into a form in this browser until it is saved: a crash, a closed tab or a log-out loses nothing.
// Passwords and files are never kept, and what one user typed is never offered to another.

import { INTERRUPTED, PREFIX, SENT } from "./saved";
import { toast } from "./toasts";

const DAYS = 7;
const MAX_CHARACTERS = 200_000;
const PAUSE = 400;
const NEVER = new Set(["csrf_token", "next", "after"]);
// Of the fields that begin with a line, only what says which record the form began with.
const STARTS = new Set(["_version", "_base", "_once"]);

type Entry = [name: string, value: string, label?: string];

interface Draft {
  at: number;
  fields: Entry[];
}

export function keepDraft(form: HTMLFormElement): void {
  const key = keyOf(form.dataset.draft!, location.pathname);
  // Whoever types before this script is there has touched the form, too.
  const untouched = JSON.stringify(read(form, true));
  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    const fields = read(form);
    // What is on a page that came back refused is kept too, though nobody has typed there yet.
    if (JSON.stringify(fields) === untouched && !("refused" in form.dataset)) localStorage.removeItem(key);
    else store(key, { at: Date.now(), fields });
  };
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, PAUSE);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => {
    save();
    sessionStorage.setItem(SENT, key);
  });
  window.addEventListener("pagehide", () => timer && form.hasAttribute("data-changed") && save());
  if ("refused" in form.dataset) return save();
  const draft = load(key);
  const wasInterrupted = sessionStorage.getItem(INTERRUPTED) === key;
  sessionStorage.removeItem(INTERRUPTED);
  if (!draft) {
    if (JSON.stringify(read(form)) !== untouched) save();
    return;
  }
  if (shownFields(draft.fields) === shownFields(JSON.parse(untouched))) localStorage.removeItem(key);
  else if (wasInterrupted) {
    write(form, draft.fields);
    toast(form.dataset.kept ?? "", "info");
  } else offer(form, draft, key);
}

/** Forget what is too old, whoever typed it. */
function sweepDrafts(): void {
  const oldest = Date.now() - DAYS * 24 * 3600 * 1000;
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    if ((load(key)?.at ?? 0) < oldest) localStorage.removeItem(key);
  }
}

function keyOf(owner: string, path: string): string {
  return `${PREFIX}${owner}:${path}`;
}

/** What the form holds, or with `asLoaded` what it held when the page came. */
function read(form: HTMLFormElement, asLoaded = false): Entry[] {
  return [...form.elements].flatMap((element): Entry[] => {
    if (element instanceof HTMLSelectElement && element.name) {
      const chosen = asLoaded ? loadedOptions(element) : [...element.selectedOptions];
      return chosen.map((option) => [element.name, option.value, option.text]);
    }
    if (element instanceof HTMLTextAreaElement && element.name) return [[element.name, asLoaded ? element.defaultValue : element.value]];
    if (!(element instanceof HTMLInputElement) || !isKept(element)) return [];
    if (element.type === "checkbox" || element.type === "radio") {
      return (asLoaded ? element.defaultChecked : element.checked) ? [[element.name, element.value]] : [];
    }
    return [[element.name, startOf(form, { name: element.name, value: asLoaded ? element.defaultValue : element.value })]];
  });
}

function loadedOptions(select: HTMLSelectElement): HTMLOptionElement[] {
  const marked = [...select.options].filter((option) => option.defaultSelected);
  return marked.length || select.multiple ? marked : [...select.options].slice(0, 1);
}

/** On the page of a conflict a draft still begins where its form did, or it would pass over the others' work. */
function startOf(form: HTMLFormElement, { name, value }: { name: string; value: string }): string {
  const origin = form.querySelector<HTMLInputElement>("input[name=_origin]");
  return origin && (name === "_version" || name === "_base") ? origin.value : value;
}

function isKept(input: HTMLInputElement): boolean {
  if (!input.name || NEVER.has(input.name) || ["password", "file", "submit", "button"].includes(input.type)) return false;
  return !input.name.startsWith("_") || STARTS.has(input.name);
}

/** The fields that people see: hidden ones, such as the version, are other ones on each page. */
function shownFields(fields: Entry[]): string {
  return JSON.stringify(fields.filter(([name]) => !name.startsWith("_")).map(([name, value]) => [name, value]));
}

function store(key: string, draft: Draft): void {
  const text = JSON.stringify(draft);
  if (text.length > MAX_CHARACTERS) return;
  try {
    localStorage.setItem(key, text);
  } catch {
    // The browser's storage is full or forbidden; typing must go on all the same.
  }
}

function load(key: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
    return draft && Array.isArray(draft.fields) ? draft : null;
  } catch {
    return null;
  }
}

function offer(form: HTMLFormElement, draft: Draft, key: string): void {
  const template = document.querySelector<HTMLTemplateElement>("template#draft");
  const notice = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (!notice) return;
  const heading = notice.querySelector<HTMLElement>("[data-text]")!;
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  heading.textContent = heading.dataset.text!.replace("{when}", when.format(draft.at));
  notice.querySelector("[data-restore]")!.addEventListener("click", () => {
    write(form, draft.fields);
    notice.remove();
    form.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select")?.focus();
  });
  notice.querySelector("[data-discard]")!.addEventListener("click", () => {
    localStorage.removeItem(key);
    notice.remove();
  });
  form.before(notice);
}

/** Put the draft back. The version it began with comes along, so that a change made since is noticed on saving. */
function write(form: HTMLFormElement, fields: Entry[]): void {
  const values = group(fields);
  for (const element of form.elements) {
    const found = values.get((element as HTMLInputElement).name) ?? [];
    if (element instanceof HTMLSelectElement) choose(element, found);
    else if (element instanceof HTMLTextAreaElement) element.value = found[0]?.[1] ?? "";
    else if (element instanceof HTMLInputElement && isKept(element)) {
      if (element.type === "checkbox" || element.type === "radio") element.checked = found.some(([, value]) => value === element.value);
      else if (found[0]) element.value = found[0][1];
    }
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function group(fields: Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of fields) groups.set(entry[0], [...(groups.get(entry[0]) ?? []), entry]);
  return groups;
}

interface Picker {
  addOption(option: { value: string; text: string }): void;
  setValue(values: string[], silent: boolean): void;
}

function choose(select: HTMLSelectElement & { tomselect?: Picker }, entries: Entry[]): void {
  const wanted = entries.map(([, value]) => value);
  if (select.tomselect) {
    for (const [, value, label] of entries) select.tomselect.addOption({ value, text: label ?? value });
    select.tomselect.setValue(wanted, true);
    return;
  }
  for (const [, value, label] of entries) {
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(label ?? value, value));
  }
  for (const option of select.options) option.selected = wanted.includes(option.value);
}

sweepDrafts();
