// What every htmx request carries, and what happens when one fails.

import { toast } from "./toasts";
import { word } from "./words";

interface RequestEvent extends Event {
  detail: { ctx: { request: { method: string; headers: Record<string, string> }; response?: { status: number; raw: Response } } };
}

document.addEventListener("htmx:config:request", (event) => {
  const { request } = (event as RequestEvent).detail.ctx;
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content;
  if (token && request.method !== "GET") request.headers["X-CSRFToken"] = token;
});

// Whatever is not the page that was asked for is shown as a page of its own: an error, or the log-in.
document.addEventListener("htmx:before:response", (event) => {
  const { request, response } = (event as RequestEvent).detail.ctx;
  const raw = response?.raw;
  // With HX-Retarget the server says where its message belongs.
  if (!raw || raw.headers.has("HX-Retarget") || (raw.ok && !raw.redirected)) return;
  event.preventDefault();
  if (request.method === "GET") location.assign(raw.url);
  else toast(word("failed"));
});

document.addEventListener("htmx:error", () => toast(word("failed")));
