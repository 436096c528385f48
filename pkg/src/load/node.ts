/** Node, Deno and Bun: the WebAssembly is a file beside this one. */
import { readFileSync } from "node:fs";
import { engine } from "../engines/whole.js";

// Without waiting: V8 compiles a function when it is first called, so that this takes some milliseconds, and on other
// threads several times as many.
engine.provide(() => {
  const bytes = readFileSync(new URL("../wasm/countersign_bg.wasm", import.meta.url));
  return engine.startNow(new WebAssembly.Module(bytes));
});

export * from "../index.js";
