// Remembers which groups of the menu are closed, in a cookie that the server reads: nothing jumps on load.

import { enhance } from "./enhance";

enhance("details[data-group]", (group) => {
  group.addEventListener("toggle", () => {
    const closed = [...document.querySelectorAll<HTMLDetailsElement>("details[data-group]:not([open])")];
    const names = closed.map((element) => encodeURIComponent(element.dataset.group!)).join(".");
    document.cookie = `menu_closed=${names}; path=/; max-age=31536000; samesite=lax`;
  });
});

// The entry of this page is in sight, however long the menu is.
enhance(".side [aria-current=page]", (link) => {
  const side = link.closest<HTMLElement>(".side")!;
  if (link.offsetTop + link.offsetHeight > side.clientHeight) side.scrollTop = link.offsetTop - side.clientHeight / 2;
});
