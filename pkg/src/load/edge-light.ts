/** Vercel Edge: importing a `.wasm` file with `?module` gives a compiled module. */
import { engine } from "../engines/whole.js";
import module from "../wasm/countersign_bg.wasm?module";

engine.provide(() => module);

export * from "../index.js";
