// The dialogs of the editor: the address of a link or a video, the words of a picture.

import type { Surface } from "./editor-surface";
import { videoOf } from "./editor-nodes";
import { problemOf, Refused, upload, type Uploaded } from "./uploads";

export function askForLink({ editor }: Surface): void {
  const dialog = open("link");
  const address = control(dialog, "address");
  const remove = dialog.querySelector<HTMLElement>("[data-remove]")!;
  address.value = (editor.getAttributes("link").href as string | undefined) ?? "";
  remove.hidden = !address.value;
  remove.onclick = () => {
    close(dialog);
    editor.chain().focus().extendMarkRange("link").unsetLink().run();
  };
  answer(dialog, () => {
    const href = completed(address.value.trim());
    if (!href) return dialog.dataset.bad ?? "";
    close(dialog);
    const chain = editor.chain().focus().extendMarkRange("link");
    if (editor.state.selection.empty && !editor.isActive("link")) {
      chain.insertContent([{ type: "text", text: address.value.trim(), marks: [{ type: "link", attrs: { href } }] }]).run();
    } else chain.setLink({ href }).run();
    return "";
  });
}

export function askForVideo({ editor }: Surface): void {
  const dialog = open("video");
  const address = control(dialog, "address");
  address.value = "";
  answer(dialog, () => {
    const name = videoOf(address.value);
    if (!name) return dialog.dataset.bad ?? "";
    close(dialog);
    editor.chain().focus().insertContent({ type: "video", attrs: { name } }).run();
    return "";
  });
}

/** Ask what a picture shows, and send it; gives nothing where one thinks better of it. */
export function askForPicture(file: File): Promise<Uploaded | null> {
  const dialog = open("picture");
  const bar = dialog.querySelector("progress")!;
  dialog.querySelector("[data-named]")!.textContent = file.name;
  for (const name of ["alt", "caption"]) control(dialog, name).value = "";
  control(dialog, "decorative").checked = false;
  bar.hidden = true;
  say(dialog, problemOf(file));
  return new Promise((resolve) => {
    let uploaded: Uploaded | null = null;
    let isSending = false;
    dialog.addEventListener("close", () => resolve(uploaded), { once: true });
    answer(dialog, async () => {
      const problem = problemOf(file);
      if (problem || isSending) return problem;
      const words = { alt: control(dialog, "alt").value, caption: control(dialog, "caption").value, decorative: control(dialog, "decorative").checked };
      bar.hidden = false;
      isSending = true;
      try {
        uploaded = await upload(file, words, (percent) => (bar.value = percent));
        close(dialog);
        return "";
      } catch (error) {
        bar.hidden = true;
        return error instanceof Refused ? error.message : "";
      } finally {
        isSending = false;
      }
    });
  });
}

// Parts

function open(name: string): HTMLDialogElement {
  const id = `editor-${name}`;
  const dialog = document.getElementById(id) as HTMLDialogElement;
  say(dialog, "");
  dialog.showModal();
  return dialog;
}

function close(dialog: HTMLDialogElement): void {
  dialog.close();
}

/** Do something with what is typed, on the button or on Enter; it gives what is wrong with it. */
function answer(dialog: HTMLDialogElement, act: () => string | Promise<string>): void {
  const done = async () => say(dialog, await act());
  dialog.querySelector<HTMLElement>("[data-done]")!.onclick = () => void done();
  dialog.onkeydown = (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    void done();
  };
}

function say(dialog: HTMLDialogElement, message: string): void {
  const error = dialog.querySelector<HTMLElement>("[data-error]")!;
  error.textContent = message;
  error.hidden = !message;
}

function control(dialog: HTMLElement, name: string): HTMLInputElement {
  return dialog.querySelector<HTMLInputElement>(`[data-name=${name}]`)!;
}

/** The address of a link as it is kept; a bare name is a site, and scripts are no addresses. */
function completed(text: string): string {
  if (/^(?:https?:\/\/|mailto:|tel:|\/(?!\/)|#)/i.test(text)) return text;
  if (/^[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+$/.test(text)) return `mailto:${text}`;
  return /^[\w-]+(?:\.[\w-]+)+(?:[/?#:]\S*)?$/.test(text) ? `https://${text}` : "";
}
