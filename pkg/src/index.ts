/**
 * A human checkpoint for AI agents: a policy decides whether a tool call runs, waits for a person, or does not run.
 *
 * The package's entries are in `load/`; each says where the WebAssembly is and exports this.
 */
import { holding } from "./engines/full.js";
import { type CreateEscalations, escalationsIn } from "./escalations.js";

export type { BottleneckReport, RuleBottleneck, WaitGoal } from "./bottleneck.js";
export { bottleneckOf } from "./bottleneck.js";
export type {
  AnswerCount,
  CalibrationReport,
  Calibrator,
  Grounds,
  Missing,
  Proof,
  RelaxProposal,
  RuleCalibration,
  RuleKey,
  SavedEvidence,
  Stage,
  Tightening,
} from "./calibrating.js";
export { createCalibrator } from "./calibrating.js";
export type { Batch, BatchMember, Card, CardContext, CardRow, Flag, Segment, Written } from "./card.js";
export { BATCH_MAX, textOf } from "./card.js";
export type {
  Change,
  ChangeCount,
  ChangedLine,
  ComparedLine,
  Comparison,
  ComparisonCounts,
  ComparisonOptions,
  FailOn,
  FieldKind,
  NewPolicyTest,
  PairCount,
  Said,
  TermChange,
  ToolField,
  ToolForm,
  UnreadLine,
  WorstLines,
} from "./comparison.js";
export { addPolicyTest, CHANGES, createComparison, joinComparisons, toolForms } from "./comparison.js";
export { NO_GUARD, STATUSES } from "./constants.js";
export type { EvidenceErrorCode } from "./errors.js";
export { EvidenceError } from "./errors.js";
export * from "./exports.js";
export { createGuard } from "./guards.js";
export type { ExportHistoryOptions, VerifiedText, VerifyTextOptions } from "./history-text.js";
export { exportHistory, readCheckpoint, UnreadableText, verifyHistoryText } from "./history-text.js";
export type { ImportedHistory, ImportHistoryOptions } from "./importing.js";
export { importHistory } from "./importing.js";
export type {
  CompletionOption,
  Completions,
  Coverage,
  Description,
  MatcherHits,
  RuleHits,
  Share,
  TestResult,
  TestRun,
} from "./language.js";
export { completePolicy, describePolicy } from "./language.js";
export type { Mutation, MutationOptions, MutationProgress, Survivor } from "./mutation.js";
export { createMutation } from "./mutation.js";
export type { PlantedCall } from "./planting.js";
export { plantCall } from "./planting.js";
export type { CheckedPolicy, CheckedTools, Policy, Simulation } from "./policy.js";
export { checkPolicy, checkTools, highlightPolicy, loadPolicy, readCall } from "./policy.js";
export type { BatchesOptions, Presentable, PresentOptions } from "./presenting.js";
export { APPROVED_MAX, batchesOf, cardContext, presentCard, segmentsOf } from "./presenting.js";
export type {
  ApprovalsNeededOptions,
  AttentionDrift,
  AttentionLight,
  AttentionReport,
  DriftPart,
  Interval,
  ObservedAttention,
} from "./statistics.js";
export { approvalsNeeded, attentionReport, wilsonInterval } from "./statistics.js";
export type { HourSummary, RuleSummary, Summariser, Summary, Waits } from "./summary.js";
export { createSummariser, mergeSummaries, mergeWaits, waitQuantile } from "./summary.js";
export { undoMsOf } from "./undo.js";
export type { VerifyHistoryOptions } from "./verifying.js";
export { verifyHistory } from "./verifying.js";
export type { PolicyChange, Widening, WideningVerdict, WideningWitness } from "./widening.js";
export { WIDENING_VERDICTS, wideningOf } from "./widening.js";

/**
 * The escalations in a store.
 *
 * @example
 * ```ts
 * const escalations = createEscalations({ store: memoryStore() });
 * const held = await escalations.open(policy, { tool: "email.send", args: { to: ["a@acme.com"] } });
 * await escalations.review(held.id, { verdict: "approve", digest: held.digest });
 * ```
 */
export const createEscalations: CreateEscalations = /* @__PURE__ */ escalationsIn(holding);
