// A picker asks the server for matching records as one types. Loaded only where there is one.

import TomSelect from "tom-select/base";
import clearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";

interface Found {
  results: { value: string; text: string }[];
  more: boolean;
}

TomSelect.define("clear_button", clearButton);
TomSelect.define("remove_button", removeButton);

export function makePicker(select: HTMLSelectElement): void {
  const words = document.getElementById("picker-words")?.dataset ?? {};
  const address = select.dataset.picker!;
  const isFocused = document.activeElement === select;
  const picker = new TomSelect(select, {
    valueField: "value",
    labelField: "text",
    searchField: [],
    maxOptions: null,
    preload: "focus",
    refreshThrottle: 0,
    loadThrottle: 200,
    // In a table that scrolls, the list of choices would be cut off.
    ...(select.closest(".scroll") ? { dropdownParent: "body" } : {}),
    closeAfterSelect: !select.multiple,
    hidePlaceholder: true,
    placeholder: words.placeholder ?? "",
    plugins: select.multiple
      ? { remove_button: { title: words.remove ?? "" } }
      : { clear_button: { title: words.clear ?? "", html: () => closeButton("clear-button", words.clear ?? "") } },
    shouldLoad: () => true,
    // What an earlier text has found must not be chosen by a quick Enter for the next.
    onType(this: TomSelect) {
      this.clearOptions();
      this.refreshOptions();
    },
    load(this: TomSelect, query: string, done: (options?: Found["results"]) => void) {
      void fetch(`${address}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } })
        .then((response) => (response.ok ? (response.json() as Promise<Found>) : Promise.reject(new Error(response.statusText))))
        .then((found) => {
          const isLate = query !== this.inputValue();
          if (!isLate) this.clearOptions();
          done(isLate ? [] : found.results);
        })
        .catch(() => {
          // What the server could not answer may be asked again.
          delete this.loadedSearches[query];
          done();
        });
    },
    render: {
      no_results: () => line("no-results", words.empty ?? ""),
      loading: () => line("loading", words.loading ?? ""),
    },
  });
  // People and their tools meet the control; the select behind it only carries the value.
  select.setAttribute("aria-hidden", "true");
  select.addEventListener("focus", () => picker.focus());
  for (const name of ["aria-describedby", "aria-invalid", "aria-required", "aria-label"]) {
    const value = select.getAttribute(name);
    if (value) picker.control_input.setAttribute(name, value);
  }
  // Whoever was there before this script goes on where they are.
  if (isFocused) picker.focus();
}

function line(name: string, text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = name;
  element.textContent = text;
  return element;
}

function closeButton(name: string, label: string): string {
  const element = line(name, "×");
  element.title = label;
  return element.outerHTML;
}
