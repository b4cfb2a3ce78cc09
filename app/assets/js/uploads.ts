// Sends a picture to the server, and says how much of it has gone.

export interface Uploaded {
  id: number;
  src: string;
  width: number;
  height: number;
  alt: string;
  caption: string;
  row: string;
}

export interface Words {
  alt: string;
  caption: string;
  decorative: boolean;
}

/** What the server, or the way there, says against a picture; its text is for people. */
export class Refused extends Error {}

/** The part of the form that has the pictures of its record, if they may have any. */
export function picturePanel(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-pictures]");
}

/** Why a file need not even be sent; empty where it may be. */
export function problemOf(file: File): string {
  const panel = picturePanel();
  return panel && file.size > Number(panel.dataset.limit) ? (panel.dataset.tooLarge ?? "") : "";
}

export function upload(file: File, words: Words, progress: (percent: number) => void): Promise<Uploaded> {
  const data = new FormData();
  data.set("file", file);
  data.set("alt", words.alt);
  data.set("caption", words.caption);
  if (words.decorative) data.set("decorative", "1");
  return new Promise((resolve, reject) => {
    // `fetch` cannot tell yet how much has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", picturePanel()!.dataset.upload!);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress((100 * event.loaded) / event.total));
    request.addEventListener("load", () => {
      if (request.status !== 201) return reject(new Refused(messageOf(request.response)));
      document.dispatchEvent(new CustomEvent("picture:added", { detail: request.response }));
      resolve(request.response as Uploaded);
    });
    request.addEventListener("error", () => reject(new Refused(failed())));
    request.send(data);
  });
}

/** Send a form to the server and get its JSON, or nothing. */
export async function post<Answer>(address: string, values: Record<string, string>): Promise<Answer | null> {
  const response = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: new URLSearchParams(values),
  }).catch(() => null);
  if (!response) throw new Refused(failed());
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Refused(messageOf(answer));
  return answer as Answer | null;
}

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
}

function messageOf(answer: unknown): string {
  const { message, errors } = (answer ?? {}) as { message?: string; errors?: Record<string, string[]> };
  return Object.values(errors ?? {}).flat().join(" ") || message || failed();
}

function failed(): string {
  return document.getElementById("words")?.dataset.failed ?? "";
}
