/**
 * The smallest way to decide: by policies that were compiled before, with `countersign compile` or `policy.compiled()`.
 */
import { type DecidingPolicy, policyOn } from "./decides.js";
import { engine, load } from "./engines/compiled.js";
import { isBytes } from "./sources.js";

export { CALL_DEPTH_MAX, CALL_TEXT_MAX, CALL_VALUES_MAX, snapshotCall, TOOL_BYTES_MAX } from "./call.js";
export type { DecideOptions, DecidingPolicy } from "./decides.js";
export type { CallErrorCode, CompiledPolicyErrorCode, EngineErrorCode } from "./errors.js";
export { CallError, CompiledPolicyError, EngineError } from "./errors.js";
export type * from "./types.js";

/**
 * Loads a policy that was compiled by this very version of the package.
 *
 * The bytes carry a checksum, which finds damage. It is no signature: load only what you would run.
 *
 * @throws {@link CompiledPolicyError} if the bytes are not such a policy, or not all of it, or changed.
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 *
 * @example
 * ```ts
 * const policy = await loadCompiledPolicy(bytes);
 * policy.decide({ tool: "file.read" }).action; // "allow", "escalate" or "block"
 * ```
 */
export async function loadCompiledPolicy(bytes: Uint8Array): Promise<DecidingPolicy> {
  if (!isBytes(bytes)) throw new TypeError("a compiled policy must be a Uint8Array");
  await engine.ready();
  return policyOn(load(bytes), () => ({}));
}
