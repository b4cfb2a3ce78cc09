// Builds app/static/dist from app/assets: hashed names, a manifest, and a brotli and a gzip copy of each file.

import { build } from "esbuild";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { icons } from "./icons.mjs";

const source = dirname(fileURLToPath(import.meta.url));
const dist = resolve(source, "../static/dist");

const entries = ["css/main.css", "css/site.css", "js/main.ts", "js/player.ts", "js/comments.ts", "js/moderation.ts", "favicon.svg"];
// Built apart, so that no chunk is shared with every other page.
const swagger = ["css/swagger.css", "js/swagger.ts"];

const options = {
  absWorkingDir: source,
  outdir: dist,
  outbase: source,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox128", "safari17.5"],
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  loader: { ".svg": "copy" },
  plugins: [icons],
};

/** The name a template asks for: js/chart.ts is chart.js, css/main.css is main.css. */
function logicalName(entry) {
  return basename(entry).replace(/\.ts$/, ".js");
}

function manifestOf(outputs) {
  const names = {};
  for (const [file, output] of Object.entries(outputs)) {
    const inputs = Object.keys(output.inputs);
    const entry = output.entryPoint ?? (inputs.length === 1 && inputs[0].endsWith(".svg") ? inputs[0] : null);
    if (!entry || entry.includes("node_modules")) continue;
    names[logicalName(entry)] = basename(file);
    const imports = output.imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => basename(path));
    if (imports.length) names[`${logicalName(entry)} imports`] = imports;
  }
  return Object.fromEntries(Object.entries(names).sort());
}

async function compress(file) {
  const content = await readFile(file);
  // The highest brotli level takes seconds on a megabyte and gains a few per cent there.
  const level = content.length > 400_000 ? 9 : constants.BROTLI_MAX_QUALITY;
  const params = { [constants.BROTLI_PARAM_QUALITY]: level };
  await Promise.all([
    promisify(brotliCompress)(content, { params }).then((data) => writeFile(`${file}.br`, data)),
    promisify(gzip)(content, { level: 9 }).then((data) => writeFile(`${file}.gz`, data)),
  ]);
}

const builds = await Promise.all([
  build({ ...options, entryPoints: entries, splitting: true }),
  build({ ...options, entryPoints: swagger }),
]);
const outputs = Object.assign({}, ...builds.map(({ metafile }) => metafile.outputs));
await Promise.all(Object.keys(outputs).map((file) => compress(resolve(source, file))));
await writeFile(join(dist, "manifest.json"), JSON.stringify(manifestOf(outputs), null, 2) + "\n");

// Old files go last, so that a page served meanwhile still finds its own.
const made = new Set(["manifest.json", ...Object.keys(outputs).map((file) => basename(file))]);
const stale = (await readdir(dist)).filter((name) => !made.has(name.replace(/\.(br|gz)$/, "")));
await Promise.all(stale.map((name) => rm(join(dist, name))));
