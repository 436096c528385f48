/** The packed package in workerd, the runtime of Cloudflare Workers, bundled as a Worker is. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { expected, installPacked, type Project } from "./project.ts";

const worker = `
import { decideAll } from "./decide.js";
export default { fetch: async () => Response.json(await decideAll()) };
`;

/** Bundles the Worker; the wasm stays a file of its own, because Workers may not compile bytes. */
async function bundle(project: Project): Promise<string> {
  const outdir = join(project.folder, "out");
  await build({
    entryPoints: [project.write("worker.js", worker)],
    outdir,
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
  });
  return outdir;
}

const engines = {
  countersign: "countersign_bg.wasm",
  "countersign/guard": "countersign_guard_bg.wasm",
  "countersign/compiled": "countersign_compiled_bg.wasm",
} as const;

for (const entry of ["countersign", "countersign/guard", "countersign/compiled"] as const) {
  test(`workerd decides with the packed package, by the entry ${entry}`, async () => {
    const out = await bundle(await installPacked(entry));
    // Only the build that the entry needs was taken in.
    assert.deepEqual(readdirSync(out).sort(), [engines[entry], "worker.js"].sort());
    const wasm = readFileSync(join(out, engines[entry]));
    const miniflare = new Miniflare({
      modules: [
        { type: "ESModule", path: "worker.js", contents: readFileSync(join(out, "worker.js"), "utf8") },
        { type: "CompiledWasm", path: engines[entry], contents: wasm },
      ],
      compatibilityDate: "2026-08-01",
      // Without it, miniflare asks the network what a request of Cloudflare's looks like.
      cf: false,
    });
    after(() => miniflare.dispose());
    const response = await miniflare.dispatchFetch("http://localhost/");
    assert.deepEqual(await response.json(), await expected(entry));
  });
}
