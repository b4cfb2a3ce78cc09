// Runs a function once for each element that matches, now and whenever htmx brings in more of the page.

type Behaviour = (element: HTMLElement) => void;

const behaviours: [string, Behaviour, WeakSet<Element>][] = [];

export function enhance(selector: string, behaviour: Behaviour): void {
  const entry: [string, Behaviour, WeakSet<Element>] = [selector, behaviour, new WeakSet()];
  behaviours.push(entry);
  apply(document, entry);
}

/** Look at a part of the page again, after a script has put elements into it. */
export function refresh(root: ParentNode): void {
  for (const entry of behaviours) apply(root, entry);
}

function apply(root: ParentNode, [selector, behaviour, done]: [string, Behaviour, WeakSet<Element>]): void {
  for (const element of root.querySelectorAll<HTMLElement>(selector)) {
    if (done.has(element)) continue;
    done.add(element);
    behaviour(element);
  }
}

document.addEventListener("htmx:after:swap", () => refresh(document));
