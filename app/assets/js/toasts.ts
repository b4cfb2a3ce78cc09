// Short messages in a polite live region. They stay long enough to read, and while looked at.

import { enhance } from "./enhance";

/** Show a message that the server did not render: a problem, unless it is of another kind. */
export function toast(text: string, kind?: "info"): void {
  const template = document.querySelector<HTMLTemplateElement>("template#toast");
  const element = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (!element || !text) return;
  element.querySelector("p")!.textContent = text;
  if (kind) element.classList.replace("error", kind);
  document.getElementById("toasts")!.append(element);
  expire(element);
}

enhance(".toast", expire);

document.addEventListener("click", (event) => {
  (event.target as Element).closest("[data-dismiss]")?.closest(".toast, .notice")?.remove();
});

function expire(element: HTMLElement): void {
  // Problems stay until they are dismissed; the rest gets time by its length.
  if (element.matches(".error, .danger, .warning")) return;
  const time = 5000 + 60 * (element.textContent?.length ?? 0);
  let timer = setTimeout(() => element.remove(), time);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("focusin", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => (timer = setTimeout(() => element.remove(), time)));
}
