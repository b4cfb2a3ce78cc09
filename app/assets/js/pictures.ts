// The pictures of a record in its form: new ones by drop or choice, their words, and the point that matters in them.

import { makeSpot } from "./spot";
import { Refused, post, problemOf, upload, type Uploaded, type Words } from "./uploads";

export function showPictures(panel: HTMLElement): void {
  const list = panel.querySelector<HTMLElement>("[data-list]")!;
  panel.querySelector<HTMLElement>("[data-unscripted]")?.remove();
  takeFiles(panel);
  list.addEventListener("change", (event) => {
    const row = rowOf(event);
    if (row) void save(row);
  });
  list.addEventListener("click", (event) => {
    const row = rowOf(event);
    const target = event.target as Element;
    if (!row) return;
    if (target.closest("[data-insert]")) insert(row);
    else if (target.closest("[data-delete]")) void remove(row, target.closest<HTMLElement>("[data-delete]")!.dataset.delete!);
  });
  list.addEventListener("keydown", (event) => {
    const row = rowOf(event);
    // Enter in a word saves it; it must not send the whole record.
    if (row && event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      void save(row);
    }
  });
  document.addEventListener("picture:added", (event) => append(list, (event as CustomEvent<Uploaded>).detail.row));
  if (panel.dataset.pictures) void fetchRows(panel.dataset.pictures, list);
}

function rowOf(event: Event): HTMLElement | null {
  return (event.target as Element).closest<HTMLElement>("[data-picture]");
}

async function fetchRows(address: string, list: HTMLElement): Promise<void> {
  const response = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (response?.ok) append(list, await response.text());
}

function append(list: HTMLElement, html: string): void {
  list.insertAdjacentHTML("beforeend", html);
  for (const row of list.querySelectorAll<HTMLElement>("[data-picture]:not([data-ready])")) {
    row.dataset.ready = "yes";
    makeSpot(row.querySelector<HTMLElement>("[data-spot]")!, control(row, "focal_x"), control(row, "focal_y"), () => void save(row));
  }
}

// New pictures

function takeFiles(panel: HTMLElement): void {
  const zone = panel.querySelector<HTMLElement>("[data-drop]")!;
  const choose = panel.querySelector<HTMLInputElement>("[data-choose]")!;
  zone.hidden = false;
  choose.addEventListener("change", () => {
    wait(panel, [...(choose.files ?? [])]);
    choose.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    panel.addEventListener(name, (event) => {
      if (!(event as DragEvent).dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  panel.addEventListener("dragleave", () => zone.classList.remove("over"));
  panel.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    wait(panel, [...(event.dataTransfer?.files ?? [])]);
  });
}

/** Show a place for each file, where its words are written before it is sent. */
function wait(panel: HTMLElement, files: File[]): void {
  const template = panel.querySelector<HTMLTemplateElement>("template[data-new]")!;
  const waiting = panel.querySelector<HTMLElement>("[data-waiting]")!;
  const places = files.map((file) => {
    const place = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    place.querySelector("[data-named]")!.textContent = file.name;
    place.querySelector("[data-drop-it]")!.addEventListener("click", () => place.remove());
    place.querySelector("[data-send]")!.addEventListener("click", () => void send(place, file));
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      void send(place, file);
    });
    waiting.append(place);
    say(place, problemOf(file));
    return place;
  });
  places[0]?.querySelector<HTMLInputElement>("[data-name=alt]")?.focus();
}

async function send(place: HTMLElement, file: File): Promise<void> {
  const problem = problemOf(file);
  const button = place.querySelector<HTMLButtonElement>("[data-send]")!;
  if (problem || button.disabled) return say(place, problem);
  const bar = place.querySelector("progress")!;
  button.disabled = true;
  bar.hidden = false;
  say(place, "");
  try {
    await upload(file, wordsOf(place), (percent) => (bar.value = percent));
    place.remove();
  } catch (error) {
    bar.hidden = true;
    button.disabled = false;
    say(place, error instanceof Refused ? error.message : "");
    place.querySelector<HTMLInputElement>("[data-name=alt]")!.focus();
  }
}

// Those that are there

async function save(row: HTMLElement): Promise<void> {
  const words = wordsOf(row);
  const state = row.querySelector<HTMLElement>("[data-state]")!;
  state.textContent = "";
  try {
    await post(row.dataset.picture!, {
      alt: words.alt,
      caption: words.caption,
      ...(words.decorative ? { decorative: "1" } : {}),
      focal_x: control(row, "focal_x").value,
      focal_y: control(row, "focal_y").value,
    });
    say(row, "");
    state.textContent = state.dataset.saved ?? "";
  } catch (error) {
    say(row, error instanceof Refused ? error.message : "");
  }
}

async function remove(row: HTMLElement, address: string): Promise<void> {
  try {
    await post(address, {});
    const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector<HTMLElement>("[data-insert]");
    row.remove();
    (next ?? document.querySelector<HTMLElement>("[data-choose]"))?.focus();
  } catch (error) {
    say(row, error instanceof Refused ? error.message : "");
  }
}

/** Ask the editor of the form to take the picture in where the cursor is. */
function insert(row: HTMLElement): void {
  const full = Math.min(Number(row.dataset.width), 1280);
  const height = Math.round((full * Number(row.dataset.height)) / Number(row.dataset.width));
  const { alt, caption, decorative } = wordsOf(row);
  const detail = { src: row.dataset.src!, width: full, height, alt: decorative ? "" : alt, caption };
  document.dispatchEvent(new CustomEvent("picture:insert", { detail }));
}

// Parts

function control(row: HTMLElement, name: string): HTMLInputElement {
  return row.querySelector<HTMLInputElement>(`[data-name=${name}]`)!;
}

function wordsOf(row: HTMLElement): Words {
  return { alt: control(row, "alt").value.trim(), caption: control(row, "caption").value.trim(), decorative: control(row, "decorative").checked };
}

function say(row: HTMLElement, message: string): void {
  const error = row.querySelector<HTMLElement>("[data-error]")!;
  error.textContent = message;
  error.hidden = !message;
  control(row, "alt").toggleAttribute("aria-invalid", Boolean(message));
}
