// The editor of a mail's text: says while one types what is wrong, and shows what the mail becomes.

import { toast } from "./toasts";

const WAIT = 400;
const FIELDS = ["subject", "text", "html"];

interface Checked {
  problems: Record<string, string[]>;
  subject?: string;
  text?: string;
}

export function editMailText(editor: HTMLElement): void {
  const form = editor.closest("form")!;
  const attempt = document.querySelector<HTMLFormElement>("#mail-try")!;
  const preview = editor.querySelector<HTMLElement>(".mail-preview")!;
  const frames = editor.querySelector<HTMLElement>("[data-frame]")!;
  let timer = 0;
  let asked = 0;

  function typed(): FormData {
    const all = new FormData(form);
    const chosen = new FormData();
    for (const name of ["name", "locale", ...FIELDS]) chosen.set(name, String(all.get(name) ?? ""));
    return chosen;
  }

  async function check(): Promise<void> {
    const number = ++asked;
    const sent = typed();
    const answer = await post(editor.dataset.check!, sent).catch(() => null);
    // What was typed meanwhile is asked about by a later call.
    if (!answer?.ok || number !== asked) return;
    const found = (await answer.json()) as Checked;
    for (const name of FIELDS) tell(name, found.problems[name] ?? []);
    if (found.text === undefined) return;
    preview.hidden = false;
    for (const name of ["subject", "text"] as const) {
      editor.querySelector(`[data-shown=${name}]`)!.textContent = found[name] ?? "";
    }
    show(sent, number);
  }

  function tell(name: string, messages: string[]): void {
    const field = editor.querySelector<HTMLElement>(`[data-field=${name}]`)!;
    const said = messages.join(" ");
    const place = field.querySelector<HTMLElement>("[role=status]")!;
    if (place.textContent?.trim() !== said) place.textContent = said;
    const control = field.querySelector<HTMLElement>(".input")!;
    if (said) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }

  /** Each attempt gets a frame of its own: in one and the same, Back would lead through all of them. */
  function show(sent: FormData, number: number): void {
    const frame = document.createElement("iframe");
    frame.name = `mail-try-${number}`;
    frame.title = frames.dataset.title!;
    frame.setAttribute("sandbox", "");
    frame.addEventListener("load", () => {
      for (const older of frames.querySelectorAll("iframe")) {
        if (older !== frame && older.compareDocumentPosition(frame) & Node.DOCUMENT_POSITION_FOLLOWING) older.remove();
      }
    });
    frames.append(frame);
    for (const [name, value] of sent) attempt.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = String(value);
    attempt.target = frame.name;
    attempt.submit();
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(check, WAIT);
  });

  editor.querySelector("[data-take]")!.addEventListener("click", () => {
    const shipped = editor.querySelectorAll(".help-texts pre");
    FIELDS.forEach((name, place) => {
      const control = editor.querySelector<HTMLInputElement>(`[data-field=${name}] .input`)!;
      control.value = shipped[place]!.textContent ?? "";
      control.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });

  editor.querySelector("[data-send]")!.addEventListener("click", async (event) => {
    const button = event.currentTarget as HTMLButtonElement;
    button.disabled = true;
    const answer = await post(editor.dataset.test!, typed()).catch(() => null);
    const said = answer ? ((await answer.json().catch(() => ({}))) as { message?: string }) : {};
    toast(said.message ?? editor.dataset.failed!, answer?.ok ? "info" : "error");
    button.disabled = false;
  });

  void check();
}

function post(url: string, body: FormData): Promise<Response> {
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
  return fetch(url, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token }, body, redirect: "error" });
}
