/** Bring your own WebAssembly: the bytes of `countersign/countersign_bg.wasm`, a compiled module, or a response with it. */
import type { WasmSource } from "../core.js";
import { engine } from "../engines/whole.js";

/** Loads the engine from `source`. Rejects with an {@link EngineError}, after which it may be called again. */
export function initialize(source: WasmSource | Promise<WasmSource>): Promise<void> {
  engine.provide(() => source);
  return engine.ready();
}
export type { WasmSource } from "../core.js";
export * from "../index.js";
