// Makes one picture of all symbols in icons.svg, and a style for each that shows its part of it: an icon is one short element
// and needs no request of its own, and a browser reads one small picture instead of many.

import { readFile } from "node:fs/promises";

const COLUMNS = 12;
const SIDE = 24;
const SYMBOL = /<symbol id="([a-z]+)"(?: stroke-width="([\d.]+)")? viewBox="0 0 24 24">(.*?)<\/symbol>/g;

/** The style sheet of the symbols. The first square stays empty, for a name that none of them has. */
function styleOf(symbols) {
  const rows = Math.ceil((symbols.length + 1) / COLUMNS);
  const places = symbols.map((_symbol, index) => [(index + 1) % COLUMNS, Math.floor((index + 1) / COLUMNS)]);
  const drawings = symbols.map(([, , width, drawing], index) => {
    const [column, row] = places[index].map((number) => number * SIDE);
    const pen = width ? ` stroke-width='${width}'` : "";
    return `<g transform='translate(${column} ${row})'${pen}>${drawing.replaceAll('"', "'")}</g>`;
  });
  const size = `viewBox='0 0 ${COLUMNS * SIDE} ${rows * SIDE}'`;
  const pen = "fill='none' stroke='%23000' stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'";
  const picture = `<svg xmlns='http://www.w3.org/2000/svg' ${size} ${pen}>${drawings.join("")}</svg>`;
  const positions = symbols.map(([, name], index) => {
    const [column, row] = places[index];
    return `.i-${name}{mask-position:${percent(column, COLUMNS)} ${percent(row, rows)}}`;
  });
  const all = `:where(i[class^="i-"]){mask:url("data:image/svg+xml,${picture}") 0 0/${COLUMNS}00% ${rows}00%}`;
  return [all, ...positions].join("\n");
}

/** Where a square of so many stands, as CSS counts it. */
function percent(place, count) {
  return `${+((100 * place) / (count - 1)).toFixed(4)}%`;
}

export const icons = {
  name: "icons",
  setup(build) {
    build.onLoad({ filter: /icons\.svg$/ }, async ({ path }) => {
      const sprite = await readFile(path, "utf8");
      const symbols = [...sprite.matchAll(SYMBOL)];
      if (symbols.length !== sprite.split("<symbol").length - 1) throw new Error(`${path} has a symbol that is not read`);
      return { contents: styleOf(symbols), loader: "css" };
    });
  },
};
