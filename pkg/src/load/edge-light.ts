/** Vercel Edge: importing a `.wasm` file with `?module` gives a compiled module. */
import { provide } from "../core.js";
import module from "../wasm/countersign_bg.wasm?module";

provide(() => module);

export * from "../index.js";
