// On the page of a conflict, whoever writes on their own side means to keep what they write.

import { enhance } from "./enhance";

enhance("[data-clash]", (clash) => {
  const mine = clash.querySelector<HTMLInputElement>("input[type=radio][value=mine]");
  const choose = (event: Event) => {
    if (mine && !(event.target as Element).matches("input[type=radio]")) mine.checked = true;
  };
  clash.addEventListener("input", choose);
  clash.addEventListener("change", choose);
});
