/** Cloudflare Workers: importing a `.wasm` file gives a compiled module. */
import { engine } from "../../engines/compiled.js";
import module from "../../wasm/countersign_compiled_bg.wasm";

engine.provide(() => module);

export * from "../../compiled.js";
