// The server says in a cookie which form it has saved; the draft of that form is not needed any more.

export const PREFIX = "bureau-draft:";
/** The draft of the form that was sent last, and whether the log-in came in between. */
export const SENT = "bureau-sent";
export const INTERRUPTED = "bureau-interrupted";

const saved = document.cookie.split("; ").find((cookie) => cookie.startsWith("saved="));
if (saved) {
  localStorage.removeItem(PREFIX + decodeURIComponent(saved.slice("saved=".length).replaceAll('"', "")));
  document.cookie = "saved=; path=/; max-age=0; samesite=lax";
}

// Only the log-in may come between sending a form and seeing it again.
const sent = sessionStorage.getItem(SENT);
if (sent && document.querySelector("form[data-login]")) sessionStorage.setItem(INTERRUPTED, sent);
sessionStorage.removeItem(SENT);
