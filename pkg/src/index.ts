/**
 * A human checkpoint for AI agents: a policy decides whether a tool call runs, waits for a person, or does not run.
 *
 * The package's entries are in `load/`; each says where the WebAssembly is and exports this.
 */
export { CALL_DEPTH_MAX, CALL_TEXT_MAX, CALL_VALUES_MAX, snapshotCall, TOOL_BYTES_MAX } from "./call.js";
export type { CallErrorCode, EngineErrorCode, EscalationErrorCode, StoreErrorCode } from "./errors.js";
export { CallError, EngineError, EscalationError, PolicyError, StoreError } from "./errors.js";
export type {
  EscalationPage,
  EscalationRecord,
  Escalations,
  EscalationsOptions,
  ListOptions,
  ReviewInput,
} from "./escalations.js";
export { createEscalations } from "./escalations.js";
export type { CheckedPolicy, CheckedTools, DecideOptions, LoadOptions, Policy, Simulation } from "./policy.js";
export { checkPolicy, checkTools, highlightPolicy, loadPolicy, readCall } from "./policy.js";
export type {
  AppendGuard,
  AppendResult,
  EscalationStore,
  ListPage,
  ListQuery,
  StoredEscalation,
} from "./stores/store.js";
export type * from "./types.js";
