/**
 * A human checkpoint for AI agents: a policy decides whether a tool call runs, waits for a person, or does not run.
 *
 * The package's entries are in `load/`; each says where the WebAssembly is and exports this.
 */
import { holding } from "./engines/full.js";
import { type CreateEscalations, escalationsIn } from "./escalations.js";
import { type CreateGuard, guardIn } from "./guarding/create.js";

export type { Batch, BatchMember, Card, CardContext, CardRow, Flag, Segment, Written } from "./card.js";
export { BATCH_MAX } from "./card.js";
export { NO_GUARD, STATUSES } from "./constants.js";
export * from "./exports.js";
export type { CompletionOption, Completions, Description, RuleHits, TestResult, TestRun } from "./language.js";
export { completePolicy, describePolicy } from "./language.js";
export type { CheckedPolicy, CheckedTools, Policy, Simulation } from "./policy.js";
export { checkPolicy, checkTools, highlightPolicy, loadPolicy, readCall } from "./policy.js";
export { undoMsOf } from "./undo.js";
export type { VerifyHistoryOptions } from "./verifying.js";
export { verifyHistory } from "./verifying.js";

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
export const createEscalations: CreateEscalations = escalationsIn(holding);

/**
 * A guard around tools: what the policy allows runs, what it escalates waits for a person and then runs once, what it
 * blocks does not run.
 *
 * @example
 * ```ts
 * const guard = createGuard({ policy, store: memoryStore(), agent: "support" });
 * const sendEmail = guard.wrap("email.send", reallySendEmail);
 * await sendEmail({ to: ["a@acme.com"], subject: "hi" }); // throws BlockedError or NotRunError if it does not run
 * ```
 */
export const createGuard: CreateGuard = guardIn(holding);
