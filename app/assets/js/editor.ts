// Puts an editor in place of a textarea with HTML. The textarea stays what is sent, and what drafts keep.

import { Editor } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { askForLink, askForPicture, askForVideo } from "./editor-dialogs";
import { offerMarkdown } from "./editor-format";
import { Picture, Video, videoOf } from "./editor-nodes";
import { cleanPaste } from "./editor-paste";
import type { Surface } from "./editor-surface";
import { makeToolbar, showState } from "./editor-toolbar";
import { picturePanel, type Uploaded } from "./uploads";

const ATTRIBUTES = ["aria-describedby", "aria-required", "aria-invalid"];
const SAFE_LINK = /^(?:https?:|mailto:|tel:|\/(?!\/)|#|[^:]*$)/i;

/** The editor that a picture goes into when it is chosen elsewhere on the page. */
let current: Surface | null = null;

export function makeEditor(textarea: HTMLTextAreaElement): void {
  const template = document.querySelector<HTMLTemplateElement>("template#editor");
  if (!template) return;
  const isFocused = document.activeElement === textarea;
  const root = (template.content.querySelector("[data-surface]") as HTMLElement).cloneNode(true) as HTMLElement;
  textarea.before(root);
  const place = root.querySelector<HTMLElement>("[data-text]")!;
  const surface = { textarea, root, isSource: false } as Surface;
  let written = textarea.value;
  surface.editor = new Editor({
    element: place,
    // The policy of our pages allows no styles but those of files.
    injectCSS: false,
    content: textarea.value,
    extensions: [
      StarterKit.configure({
        heading: { levels: [2, 3, 4] },
        underline: false,
        link: { openOnClick: false, defaultProtocol: "https", isAllowedUri: (address) => SAFE_LINK.test(address), HTMLAttributes: { target: null, rel: null } },
      }),
      Picture,
      Video,
    ],
    editorProps: {
      attributes: attributesOf(textarea),
      transformPastedHTML: cleanPaste,
      handlePaste: (_view, event) => takeVideo(surface, event) || takeFiles(surface, event.clipboardData, null),
      handleDrop: (view, event, _slice, moved) => !moved && takeFiles(surface, event.dataTransfer, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? null),
      handleKeyDown: (_view, event) => shortcut(surface, event),
    },
    onUpdate: ({ editor }) => {
      written = textarea.value = htmlOf(editor);
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
    onTransaction: () => surface.editor && showState(surface),
    onFocus: () => (current = surface),
  });
  current ??= surface;
  const renew = () => {
    if (textarea.value === written) return;
    written = textarea.value;
    surface.editor.commands.setContent(written, { emitUpdate: false });
  };
  // A draft that is put back writes into the controls, and says so on the form.
  textarea.form?.addEventListener("change", (event) => event.target === textarea.form && renew());
  textarea.addEventListener("change", renew);
  makeToolbar(surface, { link: () => askForLink(surface), picture: () => choosePicture(surface), video: () => askForVideo(surface), source: () => showSource(surface) });
  hide(surface);
  root.hidden = false;
  if (losesSomething(surface)) showSource(surface, true);
  offerMarkdown(surface);
  // Whoever was writing before this script goes on where they are.
  if (isFocused && !surface.isSource) surface.editor.commands.focus("end");
}

/** Edit the HTML itself, or the text again. */
function showSource(surface: Surface, isForced = false): void {
  const { textarea, root } = surface;
  if (surface.isSource && losesSomething(surface)) return say(root, true);
  surface.isSource = !surface.isSource;
  root.querySelector<HTMLElement>("[data-text]")!.hidden = surface.isSource;
  textarea.classList.toggle("hush", !surface.isSource);
  textarea.classList.toggle("code", surface.isSource);
  textarea.tabIndex = surface.isSource ? 0 : -1;
  textarea.toggleAttribute("aria-hidden", false);
  if (!surface.isSource) hide(surface);
  say(root, isForced);
  showState(surface);
  if (!isForced) (surface.isSource ? textarea : surface.editor.view.dom).focus();
}

function say(root: HTMLElement, isLossy: boolean): void {
  root.querySelector<HTMLElement>("[data-lossy]")!.hidden = !isLossy;
}

/** The textarea stays in the page, so that its label and its errors lead to the editor. */
function hide({ textarea, editor }: Surface): void {
  textarea.classList.add("hush");
  textarea.tabIndex = -1;
  textarea.setAttribute("aria-hidden", "true");
  textarea.onfocus = () => textarea.classList.contains("hush") && editor.commands.focus();
}

/** Whether the text has elements that the editor does not know, such as a table: it would drop them. */
function losesSomething({ textarea, editor }: Surface): boolean {
  const before = new DOMParser().parseFromString(textarea.value.replace(/\sstyle=/gi, " data-style="), "text/html");
  const probe = new Editor({ element: null, injectCSS: false, content: textarea.value, extensions: editor.options.extensions });
  const kept = new DOMParser().parseFromString(htmlOf(probe), "text/html");
  probe.destroy();
  const same: Record<string, string> = { b: "strong", i: "em", del: "s", strike: "s", div: "p", h1: "h2", h5: "h4", h6: "h4", span: "p", img: "figure", figcaption: "figure" };
  const names = (page: Document) => new Set([...page.body.querySelectorAll("*")].map((element) => same[element.localName] ?? element.localName));
  const found = names(kept);
  return [...names(before)].some((name) => name !== "p" && !found.has(name));
}

function htmlOf(editor: Editor): string {
  // The editor keeps a line at the end, for whoever wants to go on after a picture.
  return editor.isEmpty ? "" : editor.getHTML().replaceAll("<figcaption></figcaption>", "").replace(/(?:<p><\/p>)+$/, "");
}

function attributesOf(textarea: HTMLTextAreaElement): Record<string, string> {
  const label = textarea.labels[0];
  if (label) label.id ||= `${textarea.id}-label`;
  const found: Record<string, string> = { role: "textbox", "aria-multiline": "true", "aria-labelledby": label?.id ?? "", dir: "auto", class: "prose" };
  for (const name of ATTRIBUTES) {
    const value = textarea.getAttribute(name);
    if (value) found[name] = value;
  }
  return found;
}

// What comes in

function shortcut(surface: Surface, event: KeyboardEvent): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return false;
  event.preventDefault();
  askForLink(surface);
  return true;
}

function takeVideo({ editor }: Surface, event: ClipboardEvent): boolean {
  const name = videoOf(event.clipboardData?.getData("text/plain") ?? "");
  if (!name || !editor.state.selection.empty) return false;
  return editor.commands.insertContent({ type: "video", attrs: { name } });
}

function takeFiles(surface: Surface, data: DataTransfer | null, position: number | null): boolean {
  const files = [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  // Offices put a picture of the text beside the text itself.
  if (!files.length || data?.types.includes("text/html") || !picturePanel()) return false;
  void takeEach(surface, files, position);
  return true;
}

async function takeEach(surface: Surface, files: File[], position: number | null = null): Promise<void> {
  for (const file of files) {
    const picture = await askForPicture(file);
    if (picture) put(surface, picture, position);
  }
}

function choosePicture(surface: Surface): void {
  const input = Object.assign(document.createElement("input"), { type: "file", accept: ".png,.jpg,.jpeg,.gif,.webp", multiple: true });
  input.addEventListener("change", () => void takeEach(surface, [...(input.files ?? [])]));
  input.click();
}

/** Put a picture where the cursor is, or behind the paragraph that it was dropped into. */
function put({ editor }: Surface, { src, width, height, alt, caption }: Omit<Uploaded, "id" | "row">, position: number | null = null): void {
  const content = caption ? [{ type: "text", text: caption }] : [];
  const picture = { type: "picture", attrs: { src, alt, width, height }, content };
  const place = position === null ? null : editor.state.doc.resolve(Math.min(position, editor.state.doc.content.size));
  if (!place) editor.chain().focus().insertContent(picture).run();
  else editor.chain().focus().insertContentAt(place.depth ? place.after(1) : place.pos, picture).run();
}

document.addEventListener("picture:insert", (event) => {
  if (current && !current.root.hidden) put(current, (event as CustomEvent<Uploaded>).detail);
});
