/** Browsers and bundlers, which know `new URL(…, import.meta.url)`: the WebAssembly is fetched. */
import { engine } from "../../engines/compiled.js";

engine.provide(() => new URL("../../wasm/countersign_compiled_bg.wasm", import.meta.url));

export * from "../../compiled.js";
