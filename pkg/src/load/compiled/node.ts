/** Node, Deno and Bun: the WebAssembly is a file beside this one. */
import { readFile } from "node:fs/promises";
import { engine } from "../../engines/compiled.js";

engine.provide(() => readFile(new URL("../../wasm/countersign_compiled_bg.wasm", import.meta.url)));

export * from "../../compiled.js";
