// Asks before a button with `data-ask` posts its form. Without this script the server asks on a page.

const dialog = document.getElementById("confirm") as HTMLDialogElement | null;

/** Show the question and wait for the answer. */
function ask(title: string, text: string, count: string): Promise<boolean> {
  if (!dialog) return Promise.resolve(true);
  const line = dialog.querySelector<HTMLElement>("[data-many]")!;
  dialog.querySelector("h2")!.textContent = title;
  dialog.querySelector("#confirm-text")!.textContent = text;
  dialog.querySelector("button[value=yes]")!.textContent = title;
  line.hidden = count === "";
  line.textContent = count === "1" ? line.dataset.one! : line.dataset.many!.replace("{count}", count);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

dialog?.addEventListener("click", (event) => {
  const button = (event.target as Element).closest("button");
  if (button) dialog.close(button.value);
});

document.addEventListener("click", async (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("button[data-ask]");
  if (!button?.form || button.dataset.asked) return;
  event.preventDefault();
  const { form } = button;
  if (!(await ask(button.textContent!.trim(), button.dataset.ask!, form.dataset.count ?? ""))) return;
  // The server needs no page of its own to ask again.
  button.dataset.asked = "yes";
  const sure = document.createElement("input");
  Object.assign(sure, { type: "hidden", name: "confirmed", value: "1" });
  form.append(sure);
  form.requestSubmit(button);
  sure.remove();
  delete button.dataset.asked;
});
