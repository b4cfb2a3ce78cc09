// The filter and the choice of columns: fetched when one of them is opened for the first time.

import htmx from "htmx.org";
import { refresh } from "./enhance";
import { toast } from "./toasts";
import { word } from "./words";

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("button[data-opens]");
  if (button) void open(button);
});

async function open(button: HTMLButtonElement): Promise<void> {
  const tools = button.closest<HTMLElement>("[data-parts]")!;
  const part = () => document.getElementById(button.dataset.opens!);
  if (!part() && !(await fetchParts(tools))) return;
  const found = part();
  if (found instanceof HTMLDialogElement) found.showModal();
  else if (found) (found.togglePopover as (options: object) => void).call(found, { source: button });
}

async function fetchParts(tools: HTMLElement): Promise<boolean> {
  tools.ariaBusy = "true";
  const response = await fetch(tools.dataset.parts!, { headers: { Accept: "text/html" } }).catch(() => null);
  tools.ariaBusy = null;
  // Somebody who was logged out meanwhile is sent to the log-in.
  if (response?.redirected) location.assign(response.url);
  else if (!response?.ok) toast(word("failed"));
  if (!response?.ok || response.redirected) return false;
  tools.insertAdjacentHTML("beforeend", await response.text());
  htmx.process(tools);
  refresh(tools);
  return true;
}
