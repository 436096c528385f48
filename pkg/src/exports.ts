/** What every entry exports whose engine holds calls. */
export { CALL_DEPTH_MAX, CALL_TEXT_MAX, CALL_VALUES_MAX, snapshotCall, TOOL_BYTES_MAX } from "./call.js";
export type { DecideOptions, DecidingPolicy } from "./decides.js";
export type { CallErrorCode, EngineErrorCode, EscalationErrorCode, StoreErrorCode, Told, ToldCode } from "./errors.js";
export {
  BlockedError,
  CallError,
  EngineError,
  EscalationError,
  NotRunError,
  PolicyError,
  StoreError,
} from "./errors.js";
export type {
  EditInput,
  EscalationPage,
  EscalationRecord,
  Escalations,
  EscalationsOptions,
  ListOptions,
  OpenOptions,
  PauseInput,
  ReviewInput,
} from "./escalations.js";
export type {
  Checked,
  CheckOptions,
  Finished,
  Guard,
  GuardEvent,
  GuardOptions,
  Identity,
  ProposedCall,
  RelaxingOptions,
  Resumed,
  ResumeOptions,
  RunContext,
  Unfinished,
  WaitsFor,
  WrappedOptions,
} from "./guarding/types.js";
export * from "./store-exports.js";
export type { Tightened } from "./watching.js";
