/** Cloudflare Workers: importing a `.wasm` file gives a compiled module. */
import { provide } from "../core.js";
import module from "../wasm/countersign_bg.wasm";

provide(() => module);

export * from "../index.js";
