// Opens and closes dialogs in browsers that do not know the `command` attribute yet.

if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor")!);
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (button!.getAttribute("command") === "show-modal") dialog.showModal();
    else dialog.close();
  });
}

// A click on the backdrop closes, as Escape does. Both corners count: a drag out of a field must not close.
let pressed: EventTarget | null = null;
document.addEventListener("pointerdown", (event) => (pressed = event.target));
document.addEventListener("click", (event) => {
  const dialog = event.target;
  if (dialog instanceof HTMLDialogElement && dialog === pressed && event.detail > 0) dialog.close();
});
