// Places popover menus in browsers without anchor positioning, and gives every menu arrow keys.

import { enhance } from "./enhance";

const ITEMS = "a, button, input:not([type=hidden])";
const anchored = CSS.supports("position-area", "block-end");

// The menu of a list's rows has many buttons: the one that was pressed last opened it.
let pressed: HTMLButtonElement | null = null;
document.addEventListener(
  "click",
  (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[popovertarget=row-menu]");
    if (!button) return;
    pressed = button;
    for (const item of document.querySelectorAll<HTMLButtonElement>("#row-menu button")) item.value = button.value;
  },
  true,
);

enhance(".menu[popover]", (menu) => {
  const button = () =>
    menu.id === "row-menu" ? pressed : document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(menu.id)}"]`);
  menu.addEventListener("toggle", (event) => {
    const open = (event as ToggleEvent).newState === "open";
    if (open && !anchored) place(menu, button());
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const items = [...menu.querySelectorAll<HTMLElement>(ITEMS)];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = items.indexOf(document.activeElement as HTMLElement) + step;
    items[(next + items.length) % items.length]?.focus();
    event.preventDefault();
  });
  button()?.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    menu.showPopover();
    menu.querySelector<HTMLElement>(ITEMS)?.focus();
  });
});

function place(menu: HTMLElement, button: HTMLElement | null): void {
  if (!button) return;
  const anchor = button.getBoundingClientRect();
  const right = getComputedStyle(menu).direction === "rtl" ? anchor.left + menu.offsetWidth : anchor.right;
  const left = Math.max(8, Math.min(right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8));
  const below = anchor.bottom + menu.offsetHeight < innerHeight - 8;
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, below ? anchor.bottom : anchor.top - menu.offsetHeight - 8)}px`;
}
