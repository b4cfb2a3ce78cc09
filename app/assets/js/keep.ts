// Buttons that copy a text of the page, or print it. Without scripts they are not there.

import { enhance } from "./enhance";
import { toast } from "./toasts";

enhance("[data-copy]", (button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const lines = document.querySelectorAll(`${button.dataset.copy} li, ${button.dataset.copy}:not(:has(li))`);
    const text = [...lines].map((line) => line.textContent!.trim()).join("\n");
    void navigator.clipboard.writeText(text).then(() => toast(button.dataset.copied ?? "", "info"));
  });
});

enhance("[data-print]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
