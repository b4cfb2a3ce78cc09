// Places popover menus in browsers without anchor positioning, and gives every menu arrow keys.

const ITEMS = "a, button, input:not([type=hidden])";
const anchored = CSS.supports("position-area", "block-end");

// The menu of a list's rows has many buttons: the one that was pressed last opened it.
let opener: HTMLButtonElement | null = null;

document.addEventListener(
  "click",
  (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[popovertarget]");
    if (!button) return;
    opener = button;
    if (button.getAttribute("popovertarget") !== "row-menu") return;
    for (const item of menuOf(button)!.querySelectorAll("button")) item.value = button.value;
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  const menu = target.closest<HTMLElement>(".menu[popover]");
  if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const items = [...menu.querySelectorAll<HTMLElement>(ITEMS)];
    const next = items.indexOf(target) + (event.key === "ArrowDown" ? 1 : -1);
    items[(next + items.length) % items.length]?.focus();
    event.preventDefault();
  } else if (event.key === "ArrowDown" && target instanceof HTMLButtonElement && menuOf(target)) {
    const opened = menuOf(target)!;
    if (!opened.matches(":popover-open")) target.click();
    opened.querySelector<HTMLElement>(ITEMS)?.focus();
    event.preventDefault();
  }
});

// The event does not bubble, but it can be caught on its way.
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target as HTMLElement;
    if (!anchored && menu.matches(".menu:popover-open") && opener) place(menu, opener);
  },
  true,
);

function menuOf(button: HTMLButtonElement): HTMLElement | null {
  const id = button.getAttribute("popovertarget");
  return id ? document.querySelector<HTMLElement>(`#${CSS.escape(id)}.menu`) : null;
}

function place(menu: HTMLElement, button: HTMLElement): void {
  const anchor = button.getBoundingClientRect();
  const right = getComputedStyle(menu).direction === "rtl" ? anchor.left + menu.offsetWidth : anchor.right;
  const left = Math.max(8, Math.min(right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8));
  const below = anchor.bottom + menu.offsetHeight < innerHeight - 8;
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, below ? anchor.bottom : anchor.top - menu.offsetHeight - 8)}px`;
}
