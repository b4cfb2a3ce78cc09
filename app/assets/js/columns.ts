// The column menu: the ticked names become one parameter, joined by commas.

import { enhance } from "./enhance";

enhance("form[data-join]", (form) => {
  form.addEventListener("formdata", (event) => {
    const ticked = form.querySelectorAll<HTMLInputElement>("input[type=checkbox]:checked");
    if (ticked.length) event.formData.set(form.dataset.join!, [...ticked].map((box) => box.value).join(","));
  });
});
