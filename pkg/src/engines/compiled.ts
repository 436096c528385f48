/** The smallest engine: it decides by policies that were compiled before. */
import { createEngine, type Stack } from "../core.js";
import { deciding } from "../deciding.js";
import { CompiledPolicyError, type CompiledPolicyErrorCode } from "../errors.js";
import * as wasm from "../wasm/countersign_compiled.js";

/** The engine. */
export const engine = createEngine(wasm).decideWith(deciding);

/** The policies in `bytes`. The engine must be ready. */
export function load(bytes: Uint8Array): Stack {
  return engine.stack(engine.answer(refusedBytes, () => wasm.loadCompiled(bytes)));
}

function refusedBytes(code: string, message: string): Error {
  return new CompiledPolicyError(code as CompiledPolicyErrorCode, message);
}
