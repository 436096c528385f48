/** Browsers and bundlers, which know `new URL(…, import.meta.url)`: the WebAssembly is fetched. */
import { provide } from "../core.js";

provide(() => new URL("../wasm/countersign_bg.wasm", import.meta.url));

export * from "../index.js";
