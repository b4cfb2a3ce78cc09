// The toolbar of the editor: one stop for Tab, in which the arrow keys lead from button to button.

import type { Editor } from "@tiptap/core";
import type { Surface } from "./editor-surface";
import { picturePanel } from "./uploads";

type Command = (editor: Editor) => void;
type Asking = Record<"link" | "picture" | "video" | "source", () => void>;

const COMMANDS: Record<string, Command> = {
  bold: (editor) => editor.chain().focus().toggleBold().run(),
  italic: (editor) => editor.chain().focus().toggleItalic().run(),
  strike: (editor) => editor.chain().focus().toggleStrike().run(),
  code: (editor) => editor.chain().focus().toggleCode().run(),
  h2: (editor) => editor.chain().focus().toggleHeading({ level: 2 }).run(),
  h3: (editor) => editor.chain().focus().toggleHeading({ level: 3 }).run(),
  h4: (editor) => editor.chain().focus().toggleHeading({ level: 4 }).run(),
  bullets: (editor) => editor.chain().focus().toggleBulletList().run(),
  numbers: (editor) => editor.chain().focus().toggleOrderedList().run(),
  quote: (editor) => editor.chain().focus().toggleBlockquote().run(),
  codeblock: (editor) => editor.chain().focus().toggleCodeBlock().run(),
  rule: (editor) => editor.chain().focus().setHorizontalRule().run(),
  undo: (editor) => editor.chain().focus().undo().run(),
  redo: (editor) => editor.chain().focus().redo().run(),
};

const STATES: Record<string, (editor: Editor) => boolean> = {
  bold: (editor) => editor.isActive("bold"),
  italic: (editor) => editor.isActive("italic"),
  strike: (editor) => editor.isActive("strike"),
  code: (editor) => editor.isActive("code"),
  h2: (editor) => editor.isActive("heading", { level: 2 }),
  h3: (editor) => editor.isActive("heading", { level: 3 }),
  h4: (editor) => editor.isActive("heading", { level: 4 }),
  bullets: (editor) => editor.isActive("bulletList"),
  numbers: (editor) => editor.isActive("orderedList"),
  quote: (editor) => editor.isActive("blockquote"),
  codeblock: (editor) => editor.isActive("codeBlock"),
  link: (editor) => editor.isActive("link"),
};

const CAN: Record<string, (editor: Editor) => boolean> = {
  undo: (editor) => editor.can().undo(),
  redo: (editor) => editor.can().redo(),
};

export function makeToolbar(surface: Surface, asking: Asking): void {
  const bar = surface.root.querySelector<HTMLElement>("[role=toolbar]")!;
  if (!picturePanel()) bar.querySelector("[data-do=picture]")?.remove();
  bar.setAttribute("aria-controls", (surface.editor.view.dom.id ||= `${surface.textarea.id}-editor`));
  bar.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-do]");
    if (!button || isOff(button)) return;
    const name = button.dataset.do!;
    stop(bar, button);
    if (name in asking) asking[name as keyof Asking]();
    else COMMANDS[name]?.(surface.editor);
  });
  // The selection in the text stays while a button is pressed.
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("keydown", (event) => walk(bar, event));
  stop(bar, buttonsOf(bar)[0]!);
  showState(surface);
}

/** Show which buttons are pressed, and which have nothing to do. */
export function showState({ root, editor, isSource }: Surface): void {
  for (const button of buttonsOf(root)) {
    const name = button.dataset.do!;
    if (name in STATES) button.ariaPressed = String(!isSource && STATES[name]!(editor));
    if (name === "source") button.ariaPressed = String(isSource);
    const off = name !== "source" && (isSource || (name in CAN && !CAN[name]!(editor)));
    // A button that is off keeps its place in the row, or the focus would be lost.
    button.ariaDisabled = String(off);
  }
}

function walk(bar: HTMLElement, event: KeyboardEvent): void {
  const buttons = buttonsOf(bar);
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const step = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
  const next: Record<string, number> = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: buttons.length - 1 };
  const wanted = next[event.key];
  if (at < 0 || wanted === undefined) return;
  event.preventDefault();
  const button = buttons[(wanted + buttons.length) % buttons.length]!;
  stop(bar, button);
  button.focus();
}

function stop(bar: HTMLElement, chosen: HTMLButtonElement): void {
  for (const button of buttonsOf(bar)) button.tabIndex = button === chosen ? 0 : -1;
}

function buttonsOf(root: HTMLElement): HTMLButtonElement[] {
  return [...root.querySelectorAll<HTMLButtonElement>("[data-do]")];
}

function isOff(button: HTMLButtonElement): boolean {
  return button.ariaDisabled === "true";
}
