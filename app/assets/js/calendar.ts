// In a calendar the arrows lead from day to day; at its edges they stop.

document.addEventListener("keydown", (event) => {
  const day = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-days] [data-day]") : null;
  if (!day || event.ctrlKey || event.metaKey || event.altKey) return;
  const days = [...document.querySelectorAll<HTMLElement>("[data-days] [data-day]")].filter((other) => other.offsetParent);
  const onwards = getComputedStyle(day).direction === "rtl" ? -1 : 1;
  const steps: Record<string, number> = { ArrowRight: onwards, ArrowLeft: -onwards, ArrowDown: 7, ArrowUp: -7 };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  days[days.indexOf(day) + step]?.focus();
});
