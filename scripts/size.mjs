/**
 * `npm run size`: what the built package and app weigh, raw and compressed, against their limits.
 * `--json` prints the same as JSON. kB are 1000 bytes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { reviewRouteGzipBytesMax, reviewRouteScripts } from "./review-route.mjs";
import { isProgram, Problem, program, root, say } from "./run.mjs";

/** The entries, the WebAssembly of each, and the most that it and its JavaScript, or that alone, may take, in bytes of gzip. */
const entries = {
  countersign: { file: "countersign_bg.wasm", gzipBytesMax: 818_000 },
  "countersign/review": { file: "countersign_bg.wasm", scriptGzipBytesMax: 15_000 },
  "countersign/guard": { file: "countersign_guard_bg.wasm", gzipBytesMax: 342_000 },
  "countersign/compiled": { file: "countersign_compiled_bg.wasm", gzipBytesMax: 183_000 },
};
const appGzipBytesMax = 330_000;

const conditions = { node: ["node"], web: ["browser"], workerd: ["workerd"] };

/** Every measured thing: its name and its sizes in bytes. Needs a browser. */
async function measure() {
  return [...(await measurePackage()), ...(await measureApp())];
}

/** The same for the package alone. */
export async function measurePackage() {
  const rows = [];
  for (const [entry, { file, gzipBytesMax, scriptGzipBytesMax }] of Object.entries(entries)) {
    const wasm = readFileSync(join(root, "pkg", "dist", "wasm", file));
    rows.push(sizes(`${entry} (wasm)`, [wasm]));
    for (const runtime of Object.keys(conditions)) {
      const code = await bundlePackage(entry, runtime);
      rows.push(
        sizes(`${entry} for ${runtime} (JS)`, [code], scriptGzipBytesMax),
        sizes(`${entry} for ${runtime} (JS and wasm)`, [code, wasm], gzipBytesMax),
      );
    }
  }
  return rows;
}

/** An entry of the package as a bundler of that runtime would take it in: minified, the wasm left outside. */
async function bundlePackage(entry, runtime) {
  const { build } = await import("esbuild");
  const result = await build({
    stdin: { contents: `export * from "${entry}"`, resolveDir: root },
    conditions: conditions[runtime],
    platform: runtime === "node" ? "node" : "neutral",
    external: ["*.wasm"],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return result.outputFiles[0].contents;
}

/** What a reviewer's page and its worker load, as a browser says. Every other script is loaded later and named by its chunk. */
async function measureApp() {
  const dist = join(root, "www", "dist");
  const assets = readdirSync(join(dist, "assets"));
  const read = (name) => readFileSync(join(dist, "assets", name));
  const scripts = assets.filter((name) => name.endsWith(".js")).sort();
  const first = await reviewRouteScripts();
  const later = scripts.filter((name) => !first.includes(name));
  const styles = assets.filter((name) => name.endsWith(".css"));
  return [
    sizes("app: review route, page and worker (JS)", first.map(read), reviewRouteGzipBytesMax),
    sizes("app: styles (CSS)", styles.map(read)),
    sizes("app: all scripts (JS)", scripts.map(read), appGzipBytesMax),
    ...first.map((name) => sizes(`app: review route: ${chunk(name)}`, [read(name)])),
    ...later.map((name) => sizes(`app: later: ${chunk(name)}`, [read(name)])),
  ];
}

/** The name of a script without its digest. */
function chunk(name) {
  return name.replace(/-[\w-]{8}\.js$/, "");
}

/** The sizes of files that are fetched, and so compressed, one by one. Limits make growth somebody's decision. */
function sizes(name, files, gzipMax = null) {
  const sum = (compress) => files.reduce((total, file) => total + compress(file).length, 0);
  return {
    name,
    raw: sum((file) => file),
    gzip: sum((file) => gzipSync(file, { level: 9 })),
    brotli: sum(brotliCompressSync),
    gzipMax,
  };
}

/** Prints the table; throws a `Problem` if something is over its limit. */
export async function reportSizes() {
  const rows = await measure();
  const kB = (bytes) => (bytes === null ? "" : (bytes / 1000).toFixed(1)).padStart(9);
  say(`${"kB".padEnd(50)}${["raw", "gzip", "brotli", "limit"].map((head) => head.padStart(9)).join("")}`);
  for (const { name, raw, gzip, brotli, gzipMax } of rows) {
    say(`${name.padEnd(50)}${[raw, gzip, brotli, gzipMax].map(kB).join("")}`);
  }
  check(rows);
}

function check(rows) {
  const over = rows.filter(({ gzip, gzipMax }) => gzipMax !== null && gzip > gzipMax);
  if (over.length > 0)
    throw new Problem(`over the limit of scripts/size.mjs: ${over.map(({ name }) => name).join(", ")}`);
}

if (isProgram(import.meta.url)) {
  await program(async () => {
    if (!process.argv.includes("--json")) return reportSizes();
    const rows = await measure();
    say(JSON.stringify(rows, null, 2));
    check(rows);
  });
}
