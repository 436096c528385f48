/** Vercel Edge: importing a `.wasm` file with `?module` gives a compiled module. */
import { engine } from "../../engines/compiled.js";
import module from "../../wasm/countersign_compiled_bg.wasm?module";

engine.provide(() => module);

export * from "../../compiled.js";
