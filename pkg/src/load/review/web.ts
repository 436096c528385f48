/** Browsers and bundlers, which know `new URL(…, import.meta.url)`: the WebAssembly is fetched. */
import { engine } from "../../engines/full.js";

engine.provide(() => new URL("../../wasm/countersign_bg.wasm", import.meta.url));

export * from "../../review.js";
