// A search box that leaves only those items of a long list on the page that have all of its words.

import { enhance } from "./enhance";

enhance("[data-narrows]", (part) => {
  const box = part.querySelector<HTMLInputElement>("input[type=search]");
  const status = part.querySelector<HTMLElement>("[data-nothing]");
  if (!box) return;
  const items = [...part.querySelectorAll<HTMLElement>("ul > li")].map((item) => ({
    item,
    text: item.textContent!.toLocaleLowerCase(),
  }));
  box.closest<HTMLElement>("[hidden]")!.hidden = false;
  const narrow = () => {
    const words = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const { item, text } of items) item.hidden = !words.every((word) => text.includes(word));
    if (status) status.textContent = items.every(({ item }) => item.hidden) ? status.dataset.nothing! : "";
  };
  box.addEventListener("input", narrow);
  // Enter in a search box would send the form around it.
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
});
