// Asks before a button with `data-ask` posts its form. Without this script the server asks on a page.

import { word } from "./words";

const dialog = document.createElement("dialog");
dialog.className = "dialog";
dialog.id = "confirm";
dialog.setAttribute("aria-labelledby", "confirm-title");
dialog.setAttribute("aria-describedby", "confirm-text");
dialog.innerHTML = `<header><h2 id="confirm-title"></h2></header>
  <div class="body"><p><strong></strong></p><p id="confirm-text"></p></div>
  <footer><button class="btn" type="button" value="no" autofocus></button><button class="btn main" type="button" value="yes"></button></footer>`;
document.body.append(dialog);

/** Show the question and wait for the answer. */
function ask(title: string, text: string, count: string): Promise<boolean> {
  const line = dialog.querySelector("strong")!;
  dialog.querySelector("h2")!.textContent = title;
  dialog.querySelector("#confirm-text")!.textContent = text;
  dialog.querySelector("button[value=no]")!.textContent = word("cancel");
  dialog.querySelector("button[value=yes]")!.textContent = title;
  line.hidden = count === "";
  line.textContent = count === "1" ? word("one") : word("many").replace("{count}", count);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

dialog.addEventListener("click", (event) => {
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
