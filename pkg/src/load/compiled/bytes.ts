/** Bring your own WebAssembly: the bytes of `countersign/countersign_compiled_bg.wasm`, a compiled module, or a response with it. */
import type { WasmSource } from "../../core.js";
import { engine } from "../../engines/compiled.js";

/** Loads the engine from `source`. Rejects with an {@link EngineError}, after which it may be called again. */
export function initialize(source: WasmSource | Promise<WasmSource>): Promise<void> {
  engine.provide(() => source);
  return engine.ready();
}
export * from "../../compiled.js";
export type { WasmSource } from "../../core.js";
