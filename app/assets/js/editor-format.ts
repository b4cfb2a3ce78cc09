// A field that can be written as rich text or as Markdown, with what it will look like beside it.

import type { Surface } from "./editor-surface";
import { toMarkdown } from "./editor-markdown";
import { csrfToken } from "./uploads";

const PAUSE = 350;
const MARKDOWN = "markdown";
const RICH = "rich";

export function offerMarkdown(surface: Surface): void {
  const { textarea } = surface;
  const form = textarea.form;
  const format = form?.elements.namedItem(textarea.dataset.format ?? "");
  const source = form?.elements.namedItem(textarea.dataset.source ?? "");
  const template = document.querySelector<HTMLTemplateElement>("template#editor");
  if (!(format instanceof HTMLSelectElement) || !(source instanceof HTMLTextAreaElement) || !template) return;
  const part = (name: string) => (template.content.querySelector(`[data-${name}]`) as HTMLElement).cloneNode(true) as HTMLElement;
  const [choice, pane] = [part("formats"), part("markdown")];
  textarea.parentElement!.querySelector("label")!.after(choice);
  surface.root.after(pane);
  source.closest(".field")?.classList.add("absorbed");
  format.closest(".field")?.classList.add("absorbed");
  pane.querySelector("[data-write]")!.append(source);
  source.setAttribute("aria-labelledby", attributesOf(surface));
  const preview = pane.querySelector<HTMLElement>("[data-preview]")!;
  const look = previewer(source, preview, textarea.dataset.preview!);
  const show = () => {
    const isMarkdown = format.value === MARKDOWN;
    pane.hidden = !isMarkdown;
    surface.root.hidden = isMarkdown;
    textarea.classList.toggle("absorbed", isMarkdown);
    for (const radio of choice.querySelectorAll("input")) radio.checked = radio.value === format.value;
    if (isMarkdown) void look();
  };
  for (const radio of choice.querySelectorAll("input")) {
    // The names of radio buttons must differ from field to field, and none is sent.
    radio.name = `_format.${textarea.name}`;
    radio.addEventListener("change", async () => {
      if (radio.value === MARKDOWN) source.value = toMarkdown(surface.editor.getJSON());
      else if (source.value.trim()) surface.editor.commands.setContent(await look(), { emitUpdate: true });
      format.value = radio.value === MARKDOWN ? MARKDOWN : RICH;
      format.dispatchEvent(new Event("change", { bubbles: true }));
      show();
    });
  }
  form!.addEventListener("change", (event) => event.target === form && show());
  let timer = 0;
  source.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void look(), PAUSE);
  });
  makeTabs(pane);
  show();
}

/** A function that fetches what the Markdown looks like, shows it and gives it. */
function previewer(source: HTMLTextAreaElement, preview: HTMLElement, address: string): () => Promise<string> {
  let asked: string | null = null;
  let waiting: AbortController | null = null;
  return async () => {
    if (source.value === asked) return preview.innerHTML;
    waiting?.abort();
    waiting = new AbortController();
    const text = source.value;
    const body = new URLSearchParams({ source: text });
    try {
      const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true" };
      const response = await fetch(address, { method: "POST", headers, body, signal: waiting.signal });
      const html = await response.text();
      if (response.ok) asked = text;
      // The server has cleaned it, as it does when it saves.
      preview.innerHTML = response.ok ? html : "";
    } catch {
      // A later text is under way, or the server did not answer; the next key asks again.
    }
    return preview.innerHTML;
  };
}

/** On a phone there is room for one of the two. */
function makeTabs(pane: HTMLElement): void {
  const tabs = [...pane.querySelectorAll<HTMLElement>("[role=tab]")];
  const choose = (chosen: HTMLElement) => {
    for (const tab of tabs) {
      tab.ariaSelected = String(tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
    pane.dataset.shown = chosen.dataset.tab;
  };
  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = tabs.find((found) => found !== tab)!;
      choose(other);
      other.focus();
    });
  }
  choose(tabs[0]!);
}

function attributesOf({ textarea }: Surface): string {
  const label = textarea.labels[0];
  return label?.id ?? "";
}
