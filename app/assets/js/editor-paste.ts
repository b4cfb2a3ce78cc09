// What comes from Word, other offices and other pages, without what belongs to them alone.

const NUMBERED = /^\s*(?:\d+|[a-z]|[ivx]+)[.)]/i;

/** Clean HTML from the clipboard; what it may not hold at all, the editor and the server leave out. */
export function cleanPaste(html: string): string {
  // Word marks what is for itself alone with conditions in comments.
  const source = html.replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, "").replace(/<!\[(?:if|endif)[^>]*>|<style[\s\S]*?<\/style>/gi, "");
  const page = new DOMParser().parseFromString(source.replace(/\s(style|on\w+)\s*=/gi, " data-$1="), "text/html");
  for (const element of page.querySelectorAll("style, script, meta, link, title, xml, o\\:p, img, svg, iframe, object")) {
    const isOurs = element instanceof HTMLImageElement && /^\/(?!\/)/.test(element.getAttribute("src") ?? "");
    if (!isOurs) element.remove();
  }
  makeLists(page);
  for (const element of page.querySelectorAll<HTMLElement>("[data-style]")) applyStyle(page, element);
  for (const element of page.body.querySelectorAll("*")) {
    for (const name of element.getAttributeNames()) {
      if (/^(?:class|lang|align|id|name|data-(?!youtube).*)$/.test(name)) element.removeAttribute(name);
    }
  }
  return page.body.innerHTML;
}

/** Word writes lists as paragraphs that only look like one. */
function makeLists(page: Document): void {
  const items = [...page.querySelectorAll<HTMLElement>("p[data-style*='mso-list'], p[class*='MsoListParagraph']")];
  let list: HTMLElement | null = null;
  for (const item of items) {
    const marks = [...item.querySelectorAll<HTMLElement>("[data-style*='mso-list:Ignore' i]")];
    const mark = marks[0]?.textContent ?? item.textContent ?? "";
    const tag = NUMBERED.test(mark) ? "ol" : "ul";
    marks.forEach((found) => found.remove());
    const line = page.createElement("li");
    line.append(...item.childNodes);
    const first = line.firstChild;
    if (!marks.length && first instanceof Text) first.data = first.data.replace(/^\s*(?:[·•▪o§-]|\d+[.)])\s+/, "");
    if (!list || item.previousElementSibling !== list || list.localName !== tag) {
      list = page.createElement(tag);
      item.before(list);
    }
    list.append(line);
    item.remove();
  }
}

/** Bold and italic that are only written as a style become what they look like. */
function applyStyle(page: Document, element: HTMLElement): void {
  if (!["span", "font"].includes(element.localName)) return;
  const style = element.dataset.style ?? "";
  const tags = [/font-weight:\s*(?:bold|[6-9]00)/i.test(style) && "strong", /font-style:\s*italic/i.test(style) && "em"];
  for (const tag of tags) {
    if (!tag) continue;
    const inner = page.createElement(tag);
    inner.append(...element.childNodes);
    element.append(inner);
  }
}
