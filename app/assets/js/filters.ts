// The filter dialog: rows of field, operator and values, written as `filter=field:operator:values`.

import { enhance, refresh } from "./enhance";

enhance("form[data-filters]", (form) => {
  const rows = form.querySelector<HTMLElement>("[data-rows]")!;
  for (const given of rows.querySelectorAll<HTMLTemplateElement>("template[data-condition]")) {
    const [field = "", operator = "", ...raw] = given.dataset.condition!.split(":");
    addRow(form, { field, operator, values: split(raw.join(":")), options: given.content });
  }
  form.querySelector("[data-add]")!.addEventListener("click", () => addRow(form).querySelector("select")!.focus());
  form.closest("dialog")!.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState === "open" && !rows.querySelector(".filter-row")) addRow(form);
  });
  form.addEventListener("submit", () => form.closest("dialog")!.close());
  form.addEventListener("formdata", (event) => {
    for (const row of rows.querySelectorAll<HTMLElement>(".filter-row")) {
      const text = read(row);
      if (text) event.formData.append("filter", text);
    }
  });
});

interface Condition {
  field: string;
  operator: string;
  values: string[];
  options: DocumentFragment;
}

function addRow(form: HTMLElement, given?: Condition): HTMLElement {
  const row = copy(form, "[data-row]").querySelector<HTMLElement>(".filter-row")!;
  const field = part<HTMLSelectElement>(row, "field");
  const operator = part<HTMLSelectElement>(row, "operator");
  const showOperators = () => operator.replaceChildren(copy(form, `[data-operators="${kindOf(field)}"]`));
  if (given) field.value = given.field;
  showOperators();
  if (given) operator.value = given.operator;
  field.addEventListener("change", () => (showOperators(), showValues(form, row)));
  operator.addEventListener("change", () => showValues(form, row));
  part(row, "remove").addEventListener("click", () => row.remove());
  form.querySelector("[data-rows]")!.append(row);
  showValues(form, row, given);
  return row;
}

function kindOf(field: HTMLSelectElement): string {
  return field.selectedOptions[0]?.dataset.kind ?? "";
}

/** Put in as many inputs as the operator takes values, keeping what was typed. */
function showValues(form: HTMLElement, row: HTMLElement, given?: Condition): void {
  const holder = part(row, "values");
  const typed = given?.values ?? valuesOf(holder);
  const arity = part<HTMLSelectElement>(row, "operator").selectedOptions[0]?.dataset.arity;
  const name = part<HTMLSelectElement>(row, "field").value;
  holder.replaceChildren();
  for (let index = 0; index < { none: 0, two: 2 }[arity ?? "one"]! || (index === 0 && arity !== "none"); index++) {
    const input = copy(form, `[data-input="${name}"]`).firstElementChild as HTMLInputElement | HTMLSelectElement;
    holder.append(input);
    if (input instanceof HTMLSelectElement && arity === "many" && !input.dataset.picker) {
      input.replaceWith(checkboxes(input, typed));
    } else if (input instanceof HTMLSelectElement) {
      if (given) input.append(given.options.cloneNode(true));
      input.multiple = arity === "many";
      for (const option of input.options) option.selected = typed.includes(option.value);
    } else if (arity === "many") Object.assign(input, { type: "text", value: typed.join(", ") });
    else input.value = typed[index] ?? "";
  }
  refresh(holder);
}

/** Several of a few choices are ticked, not picked out of a list with a held key. */
function checkboxes(select: HTMLSelectElement, typed: string[]): HTMLElement {
  const group = document.createElement("div");
  group.className = "choices";
  group.role = "group";
  group.ariaLabel = select.ariaLabel;
  for (const option of select.options) {
    const label = group.appendChild(document.createElement("label"));
    const box = label.appendChild(document.createElement("input"));
    Object.assign(box, { type: "checkbox", value: option.value, checked: typed.includes(option.value) });
    label.className = "check";
    label.append(option.text);
  }
  return group;
}

function read(row: HTMLElement): string {
  const operator = part<HTMLSelectElement>(row, "operator");
  const name = part<HTMLSelectElement>(row, "field").value;
  const arity = operator.selectedOptions[0]?.dataset.arity;
  if (arity === "none") return `${name}:${operator.value}`;
  const values = valuesOf(part(row, "values"));
  if (!values.length) return "";
  return `${name}:${operator.value}:${arity === "one" ? values[0] : values.map(escape).join(",")}`;
}

function valuesOf(holder: HTMLElement): string[] {
  const inputs = [...holder.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input.input, input:checked, select")];
  const values = inputs.flatMap((input) =>
    input instanceof HTMLSelectElement ? [...input.selectedOptions].map((option) => option.value) : input.value.trim(),
  );
  return values.filter((value) => value !== "");
}

function escape(value: string): string {
  return value.replaceAll("~", "~0").replaceAll(",", "~3");
}

function split(raw: string): string[] {
  return raw.split(",").map((value) => value.replaceAll("~3", ",").replaceAll("~0", "~"));
}

function copy(form: HTMLElement, selector: string): DocumentFragment {
  const template = form.closest("dialog")!.querySelector<HTMLTemplateElement>(`template${selector}`)!;
  return template.content.cloneNode(true) as DocumentFragment;
}

function part<T extends HTMLElement = HTMLElement>(row: HTMLElement, name: string): T {
  return row.querySelector<T>(`[data-${name}]`)!;
}
