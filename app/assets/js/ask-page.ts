// Shows the question that the server puts on a page, before a deletion, in a dialog instead.

import { refresh } from "./enhance";

const dialog = document.createElement("dialog");
dialog.className = "dialog";
dialog.id = "question";
dialog.setAttribute("aria-labelledby", "question-title");
dialog.innerHTML = `<header><h2 id="question-title"></h2></header><div class="body"></div>`;
document.body.append(dialog);

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const asking = target.closest<HTMLAnchorElement | HTMLButtonElement>("[data-ask-page]");
  if (asking && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    void show(asking);
  } else if (target.closest("#question [data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});

async function show(asking: HTMLAnchorElement | HTMLButtonElement): Promise<void> {
  const response = await request(asking).catch(() => null);
  const page = response?.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  const form = page?.querySelector<HTMLFormElement>("form[data-question]");
  if (!form) return leave(asking, page);
  dialog.querySelector("h2")!.textContent = form.dataset.question!;
  dialog.querySelector(".body")!.replaceChildren(document.adoptNode(form));
  dialog.showModal();
  form.querySelector<HTMLElement>("[data-close]")?.focus();
}

function request(asking: HTMLAnchorElement | HTMLButtonElement): Promise<Response> {
  const headers = { Accept: "text/html" };
  if (asking instanceof HTMLAnchorElement) return fetch(asking.href, { headers });
  return fetch(asking.formAction, { method: "post", headers, body: new FormData(asking.form!, asking) });
}

/** There is no question: show the messages there are, or go where the link leads. */
function leave(asking: HTMLAnchorElement | HTMLButtonElement, page: Document | null): void {
  const toasts = page?.querySelectorAll(".toast") ?? [];
  if (toasts.length) {
    document.getElementById("toasts")!.append(...toasts);
    refresh(document);
  } else if (asking instanceof HTMLAnchorElement) location.assign(asking.href);
  else asking.form!.requestSubmit(asking);
}
