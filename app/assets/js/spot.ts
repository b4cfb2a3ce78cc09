// The point that matters in a picture: set by a click into the picture, or moved by the arrow keys.

const PAUSE = 600;
const STEPS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Let a picture set two numbers, in per cent; `changed` is called when somebody has chosen. */
export function makeSpot(place: HTMLElement, x: HTMLInputElement, y: HTMLInputElement, changed: () => void): void {
  const point = place.querySelector<HTMLElement>("[data-point]")!;
  const label = point.ariaLabel ?? "";
  let timer = 0;
  const show = () => {
    point.hidden = false;
    point.style.left = `${x.value}%`;
    point.style.top = `${y.value}%`;
    point.ariaLabel = `${label}: ${x.value} %, ${y.value} %`;
  };
  const set = (across: number, down: number) => {
    x.value = within(across);
    y.value = within(down);
    show();
  };
  place.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-point]")) return;
    const box = place.querySelector("img")!.getBoundingClientRect();
    set(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
    changed();
  });
  point.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const size = event.shiftKey ? 10 : 2;
    set(Number(x.value) + step[0] * size, Number(y.value) + step[1] * size);
    clearTimeout(timer);
    timer = window.setTimeout(changed, PAUSE);
  });
  show();
}

/** The picture of a record, whose point two fields of the form keep. */
export function showFocus(place: HTMLElement): void {
  const form = place.closest("form")!;
  const named = (name: string) => form.elements.namedItem(name) as HTMLInputElement | null;
  const name = place.dataset.focus!;
  const [file, x, y] = [named(name), named(`${name}_focus_x`), named(`${name}_focus_y`)];
  const image = place.querySelector("img")!;
  if (!file || !x || !y) return;
  makeSpot(place, x, y, () => x.dispatchEvent(new Event("input", { bubbles: true })));
  const show = (source: string) => {
    image.src = source;
    place.hidden = false;
  };
  for (const field of [x, y]) field.closest(".field")?.classList.add("absorbed");
  if (place.dataset.src) show(place.dataset.src);
  file.addEventListener("change", () => {
    const chosen = file.files?.[0];
    if (!chosen?.type.startsWith("image/")) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => show(String(reader.result)));
    reader.readAsDataURL(chosen);
  });
}

function within(value: number): string {
  return String(Math.round(Math.min(100, Math.max(0, value))));
}
