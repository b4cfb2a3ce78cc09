// Marks the words that were searched for, with a highlight that leaves the page as it is.

function mark(): void {
  if (!("highlights" in CSS)) return;
  const list = document.getElementById("list");
  const words = (list?.dataset.search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const ranges = words.length ? [...list!.querySelectorAll("tbody :is(bdi, a)")].flatMap((element) => find(element, words)) : [];
  CSS.highlights.set("match", new Highlight(...ranges));
}

function find(element: Element, words: string[]): Range[] {
  const node = element.firstChild;
  const text = node?.nodeType === Node.TEXT_NODE ? node.textContent!.toLowerCase() : "";
  return words.flatMap((word) => {
    const ranges: Range[] = [];
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      const range = new Range();
      range.setStart(node!, at);
      range.setEnd(node!, at + word.length);
      ranges.push(range);
    }
    return ranges;
  });
}

mark();
document.addEventListener("htmx:after:swap", mark);
