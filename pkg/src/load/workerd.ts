/** Cloudflare Workers: importing a `.wasm` file gives a compiled module. */
import { engine } from "../engines/whole.js";
import module from "../wasm/countersign_bg.wasm";

engine.provide(() => module);

export * from "../index.js";
