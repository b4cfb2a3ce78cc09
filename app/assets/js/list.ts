// The list: what stays right when its region is refreshed, and rows that open with a click.

document.addEventListener("htmx:after:swap", () => {
  const list = document.getElementById("list");
  if (!list) return;
  const search = document.querySelector<HTMLInputElement>("#search");
  if (search && search !== document.activeElement) search.value = list.dataset.search ?? "";
  // The link that was followed may be gone; the keyboard goes on from the list.
  if (document.activeElement === document.body) list.focus({ preventScroll: true });
  const top = list.getBoundingClientRect().top;
  if (top < 0) list.scrollIntoView({ block: "start" });
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const row = target.closest<HTMLElement>(".grid tbody tr");
  const selected = window.getSelection()?.toString();
  if (!row || selected || event.defaultPrevented || target.closest("a, button, input, label, select, form, .menu, .pick")) return;
  const link = row.querySelector<HTMLAnchorElement>(".lead a");
  if (link && (event.ctrlKey || event.metaKey)) window.open(link.href, "_blank", "noopener");
  else link?.click();
});
