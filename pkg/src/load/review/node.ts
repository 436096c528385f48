/** Node, Deno and Bun: the WebAssembly is a file beside this one. */
import { readFileSync } from "node:fs";
import { engine } from "../../engines/full.js";

// See `load/node.ts`.
engine.provide(() => {
  const bytes = readFileSync(new URL("../../wasm/countersign_bg.wasm", import.meta.url));
  return engine.startNow(new WebAssembly.Module(bytes));
});

export * from "../../review.js";
