/** What the page asks about held calls, and what comes back. */

import type { Digest, EscalationRecord, Verdict } from "countersign";
import type { Failure } from "../api.ts";

export type Queued = EscalationRecord;

/** An escalation whose record makes no sense. It cannot be reviewed. */
export interface Damaged {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

/** A part of the review queue: pending first, then closed, the newest first within. */
export interface QueuePage {
  readonly ok: true;
  readonly items: readonly Queued[];
  readonly damaged: readonly Damaged[];
  /** Where the next part begins; `null` at the end. */
  readonly next: QueueCursor | null;
}

/** One escalation as the store has it now. */
export interface Shown {
  readonly ok: true;
  readonly escalation: Queued;
  /** What else it waits for; `null` if that could not be asked. */
  readonly waits: Waits | null;
  /** Whether a guard holds it; what none holds is only tried, and nothing ever runs it. */
  readonly isGuarded: boolean;
}

/** What a call waits for beside its own answer. */
export interface Waits {
  /** How many others of its batch wait for an answer; `null` if it is in no batch. */
  readonly batch: number | null;
  /** Whether it was approved and its agent is paused. */
  readonly paused: boolean;
}

export interface QueueCursor {
  readonly part: "pending" | "closed";
  readonly after: string | null;
}

/** A reviewer's answer to the call with this digest. */
export interface Answer {
  readonly verdict: Verdict;
  readonly note: string;
  readonly digest: Digest;
  /** What the reviewer typed for the fields that have to be confirmed. */
  readonly confirmed: Readonly<Record<string, string>>;
  /** How long the call was on screen, in milliseconds. */
  readonly shownMs: number;
}

export interface ReviewApi {
  queuePage(cursor: QueueCursor | null): Promise<QueuePage | Failure>;
  readEscalation(id: string): Promise<Shown | Failure>;
  review(id: string, answer: Answer): Promise<Shown | Failure>;
  /** Takes an approval back whose call has not run yet. */
  undo(id: string): Promise<Shown | Failure>;
}
