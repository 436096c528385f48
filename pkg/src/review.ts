/**
 * For pages on which people review: everything of the whole package that shows held calls and takes answers to them.
 *
 * It opens and edits none, and no policy of it decides before `countersign` itself was loaded; then all do.
 */
import { holding } from "./engines/full.js";
import type { EscalationsOptions } from "./escalations.js";
import { placeOf, type Reviewing, reviewingAt } from "./reviewing.js";

export type { Batch, BatchMember, Card, CardContext, CardRow, Flag, Segment, Written } from "./card.js";
export { BATCH_MAX, textOf } from "./card.js";
export { NO_GUARD, STATUSES } from "./constants.js";
export type { CallErrorCode, EngineErrorCode, EscalationErrorCode, StoreErrorCode } from "./errors.js";
export { CallError, EngineError, EscalationError, PolicyError, StoreError } from "./errors.js";
export type {
  EscalationPage,
  EscalationRecord,
  EscalationsOptions,
  ListOptions,
  PauseInput,
  ReviewInput,
} from "./escalations.js";
export type { CheckedPolicy, Policy } from "./policy.js";
export { checkPolicy, highlightPolicy, loadPolicy } from "./policy.js";
export type { BatchesOptions, Presentable, PresentOptions } from "./presenting.js";
export { APPROVED_MAX, batchesOf, cardContext, presentCard, segmentsOf } from "./presenting.js";
export type { Reviewing } from "./reviewing.js";
export * from "./store-exports.js";
export { undoMsOf } from "./undo.js";

/** As in the whole package, but that nothing is opened and nothing edited. */
export function createEscalations(options: EscalationsOptions): Reviewing {
  return reviewingAt(placeOf(holding, options));
}
