/** Cloudflare Workers: importing a `.wasm` file gives a compiled module. */
import { engine } from "../../engines/guard.js";
import module from "../../wasm/countersign_guard_bg.wasm";

engine.provide(() => module);

export * from "../../guard.js";
