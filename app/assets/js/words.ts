// The words that scripts say, in the language of the page; it has them on `#words`.

/** A word, or nothing where the page has none. */
export function word(name: "cancel" | "dismiss" | "failed" | "many" | "one"): string {
  return document.getElementById("words")?.dataset[name] ?? "";
}
