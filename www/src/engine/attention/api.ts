/**
 * Check cards and decision times, as the review part of the worker uses them.
 *
 * A check card is a call that no agent ever proposed. It is kept in a database of its own; nothing here knows a store of
 * escalations, so that it can reach no agent, no export and no statistics of what reviewers said about real calls.
 */

import type {
  Call,
  Card,
  Decision,
  Digest,
  EscalationRecord,
  AttentionReport as Found,
  Risk,
  Verdict,
} from "countersign";

declare const check: unique symbol;

/** Looks like the id of an escalation, and is none. */
export type CheckId = string & { readonly [check]: true };

/** A planted call that waits among real ones. */
export interface CheckCard {
  readonly id: CheckId;
  readonly call: Call;
  readonly digest: Digest;
  readonly decision: Decision;
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
  readonly card: Card;
}

/** How a check card was answered, told at once. */
export interface CheckResult {
  readonly caught: boolean;
  /** What was planted, in words of the app. */
  readonly hazard: string;
  /** The field in which it was planted, such as `args.to[0]`. */
  readonly field: string;
}

/** How a reviewer answered something, real or planted. */
export interface Given {
  readonly verdict: Verdict;
  /** How long the card was on screen, in milliseconds. */
  readonly shownMs: number;
  readonly readingFloorMs: number;
  readonly inBatch: boolean;
  readonly atMs: number;
}

export interface Attention {
  /** Check cards that wait now. */
  pending(nowMs: number): Promise<readonly CheckCard[]>;
  read(id: string): Promise<CheckCard | null>;
  /** Records the answer; `null` if there is no such check card. */
  answer(id: string, given: Given): Promise<CheckResult | null>;
  /** Hears of each answer to a real call, and may plant a check card made from it. `sample` are real calls to mutate. */
  reviewed(given: Given, sample: readonly EscalationRecord[]): Promise<void>;
}

/** How often check cards come; the reviewer sets it. */
export interface AttentionSettings {
  readonly isOn: boolean;
  /** Of how many answers one is to a check card, from 0.01 to 0.2; it is raised by two thirds while attention is low. */
  readonly share: number;
}

/** What became of one check card. Nothing of its call is kept. */
export interface CheckOutcome {
  readonly caught: boolean;
  readonly template: string;
  readonly hazard: string;
  readonly risk: Risk | null;
  readonly atMs: number;
  readonly shownMs: number;
  readonly tooFast: boolean;
}

/** How attentive reviewers in this browser are. */
export interface AttentionReport extends Found {
  readonly settings: AttentionSettings;
  readonly byRisk: readonly { readonly risk: Risk | null; readonly shown: number; readonly caught: number }[];
  /** The newest first, at most 20. */
  readonly last: readonly CheckOutcome[];
  /** Of the last hundred approvals, how many came before the card could have been read. */
  readonly approvals: { readonly all: number; readonly tooFast: number };
  /** Whether check cards come more often for now. */
  readonly isRaised: boolean;
}

/** What the page and the demonstration need beside what reviewing needs. */
export interface AttentionKeeper extends Attention {
  /** Plants a check card now, if one can be made of `sample`; for showing what one is. Answers whether it did. */
  plantNow(sample: readonly EscalationRecord[]): Promise<boolean>;
  report(): Promise<AttentionReport>;
  settings(): Promise<AttentionSettings>;
  set(settings: AttentionSettings): Promise<void>;
}
