/** What this package throws. Every error has a `code` that never changes meaning; messages may. */
import type { RunOutcome } from "./lifecycle.js";
import type { Diagnostic } from "./types.js";

/** A policy that cannot be used. Its message is all diagnostics as text, with carets under the places. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly code = "invalid-policy";
  /** All problems of all sources, warnings too, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, diagnostics: readonly Diagnostic[]) {
    super(message);
    this.diagnostics = diagnostics;
  }
}

/**
 * Why bytes are no compiled policy that this engine reads:
 *
 * - `not-compiled`: they are something else.
 * - `other-version`: another version of this package compiled them; compile the policy again.
 * - `cut-short`: the end is missing.
 * - `trailing-bytes`: something follows.
 * - `damaged`: their checksum does not fit.
 */
export type CompiledPolicyErrorCode = "not-compiled" | "other-version" | "cut-short" | "trailing-bytes" | "damaged";

/** A compiled policy that cannot be used. */
export class CompiledPolicyError extends Error {
  override readonly name = "CompiledPolicyError";

  readonly code: CompiledPolicyErrorCode;

  constructor(code: CompiledPolicyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Why a value is not a call:
 *
 * - `not-an-object`: the call is not a map.
 * - `missing-tool`: there is no `tool`, or it is empty.
 * - `wrong-type`: a part has a type that calls do not have there.
 * - `too-deep`: more than 100 levels of lists and maps.
 * - `too-large`: more than 1,000,000 values, or more than 16 Mi of text.
 * - `too-long`: the tool's name has more than 1,024 bytes.
 * - `duplicate-key`, `not-json`, `not-utf8`: of a call as text, a key is written twice, it is no JSON, or no text.
 * - `cycle`: a list or map contains itself.
 * - `accessor`: a property is a getter or setter, and might answer differently each time.
 * - `not-plain`: something JSON does not have, such as a `Date`, a function or a hole in a list.
 * - `not-finite`: `NaN` or an infinity.
 * - `lone-surrogate`: text that is not Unicode.
 * - `forbidden-key`: a property named `__proto__`; in a call to a guard also one that only the guard may tell.
 * - `unknown-key`: a call to a guard has a property that calls do not have.
 */
export type CallErrorCode =
  | "not-an-object"
  | "missing-tool"
  | "wrong-type"
  | "too-deep"
  | "too-large"
  | "too-long"
  | "cycle"
  | "accessor"
  | "not-plain"
  | "not-finite"
  | "lone-surrogate"
  | "forbidden-key"
  | "unknown-key"
  | "duplicate-key"
  | "not-json"
  | "not-utf8";

/** A value that is not a call, so nothing was decided and nothing may run. */
export class CallError extends Error {
  override readonly name = "CallError";

  readonly code: CallErrorCode;
  /** Where in the call, such as `args.items[3]`; empty for the call itself. */
  readonly path: string;

  constructor(code: CallErrorCode, message: string, path: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}

/**
 * Why nothing happened to an escalation:
 *
 * - `not-escalated`: the policy does not escalate this call.
 * - `no-digest`: the call has a number that JSON cannot carry exactly, so an approval could not say what it covers.
 * - `too-large`: the call has more than 2,000 values or 100,000 characters, which nobody reads before answering.
 * - `not-found`: no escalation has this id.
 * - `already-closed`: it has an outcome.
 * - `digest-mismatch`: the review, or the grant, is for another call than this one.
 * - `too-late`: the escalation or its grant has expired.
 * - `too-early`: the time in which the approval can be undone is not over.
 * - `unapprovable`: nobody can approve it here; the message says why.
 * - `not-confirmed`: what the reviewer typed is not what stands at a field that has to be confirmed.
 * - `not-a-reviewer`: the review names reviewers, and this is none of them, or nobody can verify who this is.
 * - `own-call`: whoever a call acts for cannot approve it.
 * - `already-reviewed`: this reviewer has approved it, and one approval counts once.
 * - `not-editable`: the change touches what the policy does not let reviewers change.
 * - `blocked`: the policy blocks the call, as it was edited or as the policy is now.
 * - `not-approved`: there is no grant.
 * - `already-used`: the grant was used.
 * - `revoked`: the grant was revoked.
 * - `other-guard`: another guard holds the call.
 * - `stricter-review`: the policy as it is now asks for more than the review that there was.
 * - `marks-grew`: the session carries marks that it did not carry when the call was held.
 * - `not-running`: the call was not let run, so it has no outcome.
 * - `nothing-asked`: no question waits for an answer.
 * - `unknown-verdict`: a word is none of those that stand there, such as a verdict other than `approve` and `reject`.
 * - `broken-history`: the entries in the store are no history of an escalation.
 */
export type EscalationErrorCode =
  | "not-escalated"
  | "no-digest"
  | "too-large"
  | "not-found"
  | "already-closed"
  | "digest-mismatch"
  | "too-late"
  | "too-early"
  | "unapprovable"
  | "not-confirmed"
  | "not-a-reviewer"
  | "own-call"
  | "already-reviewed"
  | "not-editable"
  | "blocked"
  | "not-approved"
  | "already-used"
  | "revoked"
  | "other-guard"
  | "stricter-review"
  | "marks-grew"
  | "not-running"
  | "nothing-asked"
  | "unknown-verdict"
  | "broken-history";

/** An escalation that was not opened, read or reviewed. Nothing was recorded. */
export class EscalationError extends Error {
  override readonly name = "EscalationError";
  readonly code: EscalationErrorCode;

  constructor(code: EscalationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Why evidence was not added or saved, or a history not read:
 *
 * - `broken-evidence`: it is not what was saved, or cannot be what histories said of these policies.
 * - `other-version`: another version of this package saved it; save it again from its histories.
 * - `other-policy`: it is of other policies or tools.
 * - `other-checkpoint`: it is not what its checkpoint was made of.
 * - `same-history`: a history of it was read, or added, before, and would count twice.
 * - `part-of-history`: what was read is no whole history, from its first entry to its end.
 */
export type EvidenceErrorCode =
  | "broken-evidence"
  | "other-version"
  | "other-policy"
  | "other-checkpoint"
  | "same-history"
  | "part-of-history";

/** Evidence that was not added or saved, or a history that was not read. */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
  readonly code: EvidenceErrorCode;

  constructor(code: EvidenceErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Why a call did not run, as its agent is told:
 *
 * - `blocked`: by the policy, or because calls like it were rejected three times.
 * - `unholdable`: it needs a person's approval and cannot be put before one, such as for having no `args`.
 * - `rejected`: by a reviewer.
 * - `expired`: nobody answered in time, or the approval was not used in time.
 * - `withdrawn`: the agent's side took it back.
 * - `revoked`: a reviewer took the approval back.
 * - `policy-changed`: it was approved, but the policy, the marks of its session or the tool are no longer what they were.
 * - `paused`: people have paused the agent, or all agents.
 * - `too-many-pending`: too many calls of the agent wait already.
 * - `cooling`: a call like it was rejected just now.
 * - `unavailable`: the store or the engine failed, or the guard was closed.
 * - `already-run`: it was let run before, `outcome` says what became of it, and it is not run again.
 * - `unknown-outcome`: it was let run before, nobody knows what became of it, and it is not run again.
 */
export type ToldCode =
  | "blocked"
  | "unholdable"
  | "rejected"
  | "expired"
  | "withdrawn"
  | "revoked"
  | "policy-changed"
  | "paused"
  | "too-many-pending"
  | "cooling"
  | "unavailable"
  | "already-run"
  | "unknown-outcome";

/** What an agent is told when its call does not run. Plain data. */
export interface Told {
  readonly code: ToldCode;
  /** For a model, or a person, to read. */
  readonly message: string;
  /** Whether it makes sense to try again: not at all, the same later, or something else. */
  readonly retry: "never" | "later" | "changed";
  /** When to try again, in milliseconds from now, where that is known. */
  readonly retryAfterMs?: number;
  readonly tool: string;
  /** Of the escalation, if the call was held. */
  readonly id?: string;
  /** The rule that blocks it, and the decision's cause. */
  readonly rule?: string | null;
  readonly cause?: string;
  /** The words of who rejected the call, took its approval back (`revoked`) or paused the agent; `null` if they said none. */
  readonly note?: string | null;
  /** What became of a call that has run already. */
  readonly outcome?: RunOutcome;
}

/** A call that did not run. Where something failed, `cause` is what; the agent need not see that. */
export class NotRunError extends Error {
  override readonly name: string = "NotRunError";
  readonly code: ToldCode;
  readonly told: Told;

  constructor(told: Told, options?: ErrorOptions) {
    super(told.message, options);
    this.code = told.code;
    this.told = told;
  }
}

/** A call that the policy blocks. */
export class BlockedError extends NotRunError {
  override readonly name: string = "BlockedError";
}

/**
 * Why a store did not do its work:
 *
 * - `unavailable`: it cannot be opened or failed, see `cause`; whether anything was written is unknown.
 * - `clock-behind`: the history is more than five minutes ahead of the clock here, so that nobody can tell what has
 *   expired; nothing was written.
 * - `conflict`: others wrote first; nothing was written.
 * - `bad-cursor`: `after` is not a `next` that this store gave.
 * - `full`: there is no room, on the disk or in what the browser grants; nothing was written.
 * - `other-version`: a newer version of this package keeps it; nothing was read or written.
 * - `not-a-store`: what lies there is something else, and was left as it is.
 * - `not-an-append`: the parts of an append do not fit together; nothing was written.
 */
export type StoreErrorCode =
  | "clock-behind"
  | "unavailable"
  | "conflict"
  | "bad-cursor"
  | "full"
  | "other-version"
  | "not-a-store"
  | "not-an-append";

/** A store that did not do its work. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Why the engine did not answer:
 *
 * - `not-loaded`: no WebAssembly could be loaded; trying again may help, see `cause`.
 * - `trapped`: the engine failed inside; this copy of it never answers again.
 * - `disposed`: the policy or simulation was disposed, or the simulation finished.
 */
export type EngineErrorCode = "not-loaded" | "trapped" | "disposed";

/** The engine did not answer, so nothing may run. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What `error` says, whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "something that cannot be shown was thrown";
  }
}
