// In the form for many records, whoever writes into a field means to change it.

import { enhance } from "./enhance";

enhance("[data-ticked]", (field) => {
  const tick = field.querySelector<HTMLInputElement>(".tick input")!;
  const choose = (event: Event) => {
    if (event.target !== tick) tick.checked = true;
  };
  field.addEventListener("input", choose);
  field.addEventListener("change", choose);
});
