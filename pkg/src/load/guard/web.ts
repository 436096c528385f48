/** Browsers and bundlers, which know `new URL(…, import.meta.url)`: the WebAssembly is fetched. */
import { engine } from "../../engines/guard.js";

engine.provide(() => new URL("../../wasm/countersign_guard_bg.wasm", import.meta.url));

export * from "../../guard.js";
