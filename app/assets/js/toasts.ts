// Short messages in a polite live region. They stay long enough to read, and while looked at.

import { enhance } from "./enhance";
import { word } from "./words";

/** Show a message that the server did not render: a problem, unless it is of another kind. */
export function toast(text: string, kind: "error" | "info" = "error"): void {
  if (!text) return;
  const element = document.createElement("div");
  element.className = `toast ${kind}`;
  element.innerHTML = `<i class="i-${kind}"></i><p></p><button class="tool small" type="button" data-dismiss><i class="i-close"></i></button>`;
  element.querySelector("p")!.textContent = text;
  element.querySelector("button")!.ariaLabel = word("dismiss");
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
