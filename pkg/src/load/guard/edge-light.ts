/** Vercel Edge: importing a `.wasm` file with `?module` gives a compiled module. */
import { engine } from "../../engines/guard.js";
import module from "../../wasm/countersign_guard_bg.wasm?module";

engine.provide(() => module);

export * from "../../guard.js";
