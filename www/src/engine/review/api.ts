/** What the page asks about held calls, and what comes back. */

import type { Batch, Card, Checkpoint, Digest, EscalationRecord, Risk, Status, Verdict, Written } from "countersign";
import type { Failure } from "../api.ts";
import type { CheckResult } from "../attention/api.ts";

export type Queued = EscalationRecord;

/** An escalation whose record makes no sense. It cannot be reviewed. */
export interface Damaged {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

export type Sort = "expiry" | "oldest" | "newest" | "risk";

/** Which calls are listed, and in which order; empty text stands for any. */
export interface Filters {
  /** `pending` lists what was answered in this sitting too, so that it stays where it was. */
  readonly status: Status | "closed" | "any";
  readonly risk: Risk | "none" | "any";
  readonly tool: string;
  readonly agent: string;
  /** Stands somewhere in tool, arguments, agent, user or id, whatever the case of its letters. */
  readonly text: string;
  /** Of the pending; the closed stand after them, the newest first. */
  readonly sort: Sort;
}

/** One line of the list: a call, or pending calls that are identical. */
export interface Line {
  /** All that the line stands for, as it was when the list was made. */
  readonly ids: readonly string[];
  /** How many of them wait now. */
  readonly pending: number;
  /** The one that is opened: the first that waits, or the first of all. */
  readonly id: string;
  readonly headline: Card["headline"];
  readonly status: Status;
  readonly grant: Queued["grant"];
  readonly agent: string | null;
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
  /** Somebody else looks at it until then, and who; `null` if nobody does. */
  readonly claim: Queued["claim"];
}

/** Calls that can be reviewed on one screen. */
export interface BatchLine {
  readonly key: Digest;
  readonly headline: Card["headline"];
  readonly count: number;
  readonly outliers: number;
}

/** A part of the list as it was made; it stays so until it is made anew. */
export interface ListPart {
  readonly ok: true;
  readonly lines: readonly Line[];
  /** Where the part begins, and how many lines there are. */
  readonly from: number;
  readonly total: number;
  /** Pending calls by now, whatever the filters. */
  readonly pending: number;
  /** Pending ones that the filters would show and that the list does not have yet. */
  readonly arrived: number;
  readonly batches: readonly BatchLine[];
  readonly damaged: readonly Damaged[];
  /** All tools and agents, to choose from. */
  readonly tools: readonly string[];
  readonly agents: readonly string[];
  /** Whether older closed calls are still being read. */
  readonly isReading: boolean;
  /** Whether there are older closed calls than are listed. */
  readonly isCut: boolean;
}

export const LINES_PER_PART = 50;

/** One escalation as the store has it now. */
export interface Shown {
  readonly ok: true;
  readonly escalation: Queued;
  readonly card: Card;
  /** What else it waits for; `null` if that could not be asked. */
  readonly waits: Waits | null;
  /** Whether a guard holds it; what none holds is only tried, and nothing ever runs it. */
  readonly isGuarded: boolean;
  /** Other pending escalations of the very same call. */
  readonly alike: readonly string[];
  /** The group that it can be reviewed with. */
  readonly batch: BatchLine | null;
  /** By which policies a changed call is decided afresh; `null` if there are none here, so that nothing can be changed. */
  readonly editedUnder: readonly (string | null)[] | null;
  /** Whether the policy that is known here decided it: the one in force, or that of the server; `null` if there is none. */
  readonly isSamePolicy: boolean | null;
  /** Whether places in that policy are those of the editor's text. */
  readonly isLinked: boolean;
  /** Until when this page has told others that somebody looks. */
  readonly claimedUntilMs: number | null;
}

/** What a call waits for beside its own answer. */
export interface Waits {
  /** How many others of its batch wait for an answer; `null` if it is in no batch. */
  readonly batch: number | null;
  /** Whether it was approved and its agent is paused. */
  readonly paused: boolean;
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

/** What became of an answer: it was recorded, or the call was a check card. */
export type Recorded = Shown | { readonly ok: true; readonly check: CheckResult; readonly verdict: Verdict };

/** A batch as it was when it was opened. */
export interface ShownBatch {
  readonly ok: true;
  readonly batch: Batch;
  /** Calls whose values must be typed, by id: they are reviewed alone. */
  readonly alone: readonly string[];
  /** Ids of calls like these that wait too and have no room here. */
  readonly more: readonly string[];
  /** How many calls one screen takes. */
  readonly most: number;
  readonly risk: Risk | null;
}

/** An answer to one call of a batch, given on the batch's screen. */
export interface MemberAnswer extends Omit<Answer, "confirmed"> {
  readonly id: string;
}

/** What became of one of them: recorded, or why not; or it was a check card. */
export interface MemberResult {
  readonly id: string;
  readonly verdict: Verdict;
  readonly failure: Failure | null;
  /** How it went if it was a check card; `null` if it was a call. */
  readonly check: CheckResult | null;
  /** Until when the approval can be undone, as nothing runs before; `null` if it cannot. */
  readonly undoUntilMs: number | null;
}

export interface MemberResults {
  readonly ok: true;
  readonly results: readonly MemberResult[];
}

/** Which agents are stopped, and which are known by the calls that are read. */
export interface Paused {
  readonly ok: true;
  /** `null`, which comes first, is every agent. */
  readonly paused: readonly (string | null)[];
  readonly agents: readonly string[];
}

export interface Pause {
  /** `null` is every agent. */
  readonly agent: string | null;
  readonly paused: boolean;
  readonly note: string;
}

export interface ReviewApi {
  /** Makes the list anew and answers its beginning. */
  listCalls(filters: Filters): Promise<ListPart | Failure>;
  /** A part of the list that was made, with each call as it is now. */
  listPart(from: number): Promise<ListPart | Failure>;
  /** How many calls were read so far, while the list is made for the first time. */
  readSoFar(): Promise<number>;
  readEscalation(id: string): Promise<Shown | Failure>;
  review(id: string, answer: Answer): Promise<Recorded | Failure>;
  /** Takes an approval back whose call has not run yet. */
  undo(id: string): Promise<Shown | Failure>;
  /** Tells others that somebody looks at the call, unless somebody else does. */
  claim(id: string): Promise<Shown | Failure>;
  askAgent(id: string, text: string): Promise<Shown | Failure>;
  /** Changes arguments; the call is decided afresh under the policy in force. */
  edit(id: string, args: Readonly<Record<string, unknown>>, note: string): Promise<Recorded | Failure>;
  readBatch(key: string): Promise<ShownBatch | Failure>;
  /** What approving just these would do, such as `Approve 3 · largest args.amount 40`; `null` if they are no batch. */
  batchSummary(ids: readonly string[]): Promise<Written | null>;
  /** Answers calls one by one; each gives a review, and each approval a grant, of its own. */
  reviewBatch(answers: readonly MemberAnswer[]): Promise<MemberResults | Failure>;
  /** `withAgents` waits until the calls are read, to know all agents. */
  pausedAgents(withAgents: boolean): Promise<Paused | Failure>;
  pause(pause: Pause): Promise<Paused | Failure>;
  /** Whether check cards come among the calls. */
  hasChecks(): Promise<boolean>;
  /** Says what the history is now. */
  historyCheckpoint(): Promise<{ readonly ok: true; readonly checkpoint: Checkpoint | null } | Failure>;
}
