// Names with commas between them become things of their own as one types: known ones are offered, new ones made by Enter.

import TomSelect from "tom-select/base";
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";

interface Found {
  results: { value: string; text: string }[];
}

TomSelect.define("remove_button", removeButton);

export function makeNames(input: HTMLInputElement): void {
  const words = document.getElementById("picker-words")?.dataset ?? {};
  const address = input.dataset.names!;
  const isFocused = document.activeElement === input;
  const picker = new TomSelect(input, {
    delimiter: ",",
    valueField: "text",
    labelField: "text",
    searchField: ["text"],
    create: "canMake" in input.dataset ? makeOption : false,
    createFilter: (name: string) => /[^\s,]/.test(name),
    createOnBlur: true,
    addPrecedence: false,
    persist: false,
    maxOptions: null,
    preload: "focus",
    refreshThrottle: 0,
    loadThrottle: 200,
    hidePlaceholder: true,
    placeholder: words.placeholder ?? "",
    plugins: { remove_button: { title: words.remove ?? "" } },
    shouldLoad: () => true,
    onItemAdd(this: TomSelect) {
      this.setTextboxValue("");
      this.refreshOptions();
    },
    load(this: TomSelect, query: string, done: (options?: Found["results"]) => void) {
      void fetch(`${address}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } })
        .then((response) => (response.ok ? (response.json() as Promise<Found>) : Promise.reject(new Error(response.statusText))))
        .then((found) => done(found.results))
        .catch(() => {
          delete this.loadedSearches[query];
          done();
        });
    },
    render: {
      option_create: (data: { input: string }) => line("create", `${words.create ?? "+"} ${data.input}`),
      no_results: () => line("no-results", words.empty ?? ""),
      loading: () => line("loading", words.loading ?? ""),
    },
  });
  input.setAttribute("aria-hidden", "true");
  input.addEventListener("focus", () => picker.focus());
  for (const name of ["aria-describedby", "aria-invalid", "aria-required", "aria-label"]) {
    const value = input.getAttribute(name);
    if (value) picker.control_input.setAttribute(name, value);
  }
  // Whoever was there before this script goes on where they are.
  if (isFocused) picker.focus();
}

function makeOption(name: string, done: (option: { text: string }) => void): boolean {
  done({ text: name.trim() });
  return true;
}

function line(name: string, text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = name;
  element.textContent = text;
  return element;
}
