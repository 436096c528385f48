/**
 * The shapes of what happens to a held call, from escalation to grant, and of the history that tells it.
 *
 * They mirror `src/wire/` field by field; times are Unix milliseconds, UTC.
 */
import type { Call, Charge, Decision, Digest, Usage } from "./types.js";

/** Where an escalation stands. What is closed never opens again. */
export type Status = "pending" | "approved" | "rejected" | "expired" | "withdrawn";

export type Verdict = "approve" | "reject";

/** What became of a call that was let run; `unknown` if nobody can tell. */
export type RunOutcome = "ran" | "failed" | "unknown";

/** Somebody whose identity was verified. */
export interface Reviewer {
  readonly id: string;
  readonly roles: readonly string[];
}

/** Earlier calls of the same lane (agent, session and tool) that a held call is like: the same keys and at most one other value. */
export interface Links {
  /** Ids of escalations that were rejected, oldest first. */
  readonly rejected: readonly string[];
  /** Ids of escalations whose call was let run and nobody knows what became of it. */
  readonly unknown: readonly string[];
}

/** What happened. `by` is who says to have done it, and `null` if nobody said so. */
export type Event =
  | {
      readonly type: "open";
      readonly call: Call;
      /** Digest of `call`. */
      readonly digest: Digest;
      /** The keys of `call.context` that the digest covers: those that the policy reads. */
      readonly covers: readonly string[];
      readonly decision: Decision;
      /** Which guard holds the call; only that guard lets it run. */
      readonly guard: string;
      /** Calls with the same batch are reviewed together. */
      readonly batch: string | null;
      readonly links: Links;
    }
  | { readonly type: "claim"; readonly by: string | null; readonly untilMs: number }
  | { readonly type: "ask"; readonly by: string | null; readonly text: string }
  /** Written by the agent. */
  | { readonly type: "answer"; readonly text: string }
  | {
      readonly type: "review";
      readonly by: string | null;
      readonly verdict: Verdict;
      readonly note: string | null;
      /** Digest of the call that the reviewer saw. */
      readonly digest: Digest;
      /** What the reviewer typed for the fields that the review has to confirm. */
      readonly confirmed: Readonly<Record<string, string>>;
      /** How long the call is kept back after an approval, so that it can be undone, in milliseconds. */
      readonly undoMs: number;
      /** How long the reviewer had the call on screen, in milliseconds; `null` if nobody measured. */
      readonly shownMs: number | null;
      /** Whether it was given on one screen with answers to other calls. */
      readonly inBatch: boolean;
      /** What shows that `by` is who reviewed, for whoever can verify it. */
      readonly proof: string | null;
    }
  | {
      readonly type: "edit";
      readonly by: string | null;
      readonly note: string | null;
      /** The call as edited, and as decided afresh. */
      readonly call: Call;
      readonly digest: Digest;
      readonly covers: readonly string[];
      readonly decision: Decision;
    }
  | { readonly type: "expire" }
  | { readonly type: "withdraw"; readonly note: string | null }
  | {
      readonly type: "consume";
      readonly digest: Digest;
      /** The policies that decided once more. */
      readonly stack: Digest;
      readonly marks: readonly string[];
      readonly charge: readonly Charge[];
    }
  | { readonly type: "outcome"; readonly outcome: RunOutcome; readonly note: string | null }
  | { readonly type: "revoke"; readonly by: string | null; readonly note: string | null }
  /** The entries below belong to no escalation. */
  | { readonly type: "decision"; readonly call: Call; readonly digest: Digest | null; readonly decision: Decision }
  | {
      readonly type: "policy";
      readonly stack: Digest;
      readonly note: string | null;
      /** What its rules that replace review claim, if the guard decides by them: evidence for them is what came before. */
      readonly relaxed?: readonly Digest[];
    }
  | {
      readonly type: "pause";
      /** `null`: every agent. */
      readonly agent: string | null;
      readonly paused: boolean;
      readonly by: string | null;
      readonly note: string | null;
    };

export type EventType = Event["type"];

/** Under this id stand the `pause` entries. */
export const PAUSE_ID = "pause";

/**
 * One line of the history.
 *
 * `hash` is SHA-256 over the canonical form of all but `event`, `salt` and itself, with `commitment` and `type` for those
 * two; `commitment` is SHA-256 over salt and canonical form of `event`. So an entry without its event, as a redacted
 * export has it, can still be verified.
 */
export interface Entry {
  /** Counted from 0 through the whole history, without gaps. */
  readonly seq: number;
  /** Never before that of the entry before. */
  readonly atMs: number;
  /** The escalation that it belongs to, `pause`, or `null`. */
  readonly id: string | null;
  readonly event: Event;
  /** 32 lower-case hexadecimal digits, so that nobody can guess an event from its commitment. */
  readonly salt: string;
  /** Hash of the entry before; `null` for the first. */
  readonly previous: Digest | null;
  readonly hash: Digest;
}

/** An entry without what happened: its hash can still be checked. */
export interface RedactedEntry extends Omit<Entry, "event" | "salt"> {
  readonly type: EventType;
  readonly commitment: Digest;
}

/** The end of a history: all that is needed to append to it. */
export interface Head {
  /** How many entries there are. */
  readonly size: number;
  /** Hash of the first entry: which history this is. `null` while it is empty. */
  readonly origin: Digest | null;
  /** Hash of the last entry; `null` while it is empty. */
  readonly hash: Digest | null;
  /** Time of the last entry; 0 while it is empty. Now is never before it. */
  readonly atMs: number;
  /** Roots of the full trees (RFC 6962) of which the entries so far are made, largest first. */
  readonly peaks: readonly Digest[];
}

/** Says what a history was. Kept elsewhere, it shows whether the history was cut short or written anew. */
export interface Checkpoint {
  readonly origin: Digest;
  readonly size: number;
  /** Root of the Merkle tree (RFC 6962) whose leaves are the hashes of the first `size` entries. */
  readonly root: Digest;
  readonly atMs: number;
}

/** What was kept back after approval, one use of one call. */
export interface Grant {
  readonly digest: Digest;
  /** From then on the call may run: the end of the undo window. */
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  /** What became of it by now. */
  readonly state: "waiting" | "ready" | "used" | "revoked" | "expired";
}

/** One reviewer's answer. */
export interface Review {
  readonly by: string | null;
  /** Whether it was verified that it is theirs. */
  readonly verified: boolean;
  readonly verdict: Verdict;
  readonly note: string | null;
  readonly digest: Digest;
  readonly atMs: number;
  readonly shownMs: number | null;
  readonly inBatch: boolean;
  /** Whether it counts; an approval before an edit does not. */
  readonly counts: boolean;
}

/** The record of a held call: the fold of its entries. */
export interface Escalation {
  /** Where it stands now: what waited too long is `expired`, recorded or not. */
  readonly status: Status;
  readonly openedAtMs: number;
  /** From then on it can no longer be approved. */
  readonly expiresAtMs: number;
  readonly closedAtMs: number | null;
  /** Why the call cannot be approved, whoever tries; `null` if it can. */
  readonly unapprovable: string | null;
  /** How many approvals are still missing. */
  readonly approvalsMissing: number;
  /** The call as it would run: the edited one, if it was edited. */
  readonly call: Call;
  readonly digest: Digest;
  readonly covers: readonly string[];
  readonly decision: Decision;
  /** The call as it was held, if it was edited since. */
  readonly original: { readonly call: Call; readonly digest: Digest; readonly decision: Decision } | null;
  readonly reviews: readonly Review[];
  readonly grant: Grant | null;
  /** Since when it was let run, and what became of it; `outcome` is `null` until it is recorded. */
  readonly run: { readonly atMs: number; readonly outcome: RunOutcome | null; readonly note: string | null } | null;
  /** Who looks at it now, by their own word. */
  readonly claim: { readonly by: string | null; readonly untilMs: number } | null;
  readonly questions: readonly {
    readonly atMs: number;
    readonly by: string | null;
    readonly text: string;
    /** Written by the agent. */
    readonly answer: string | null;
  }[];
  readonly guard: string;
  readonly batch: string | null;
  readonly links: Links;
  /** The agent's words for why it withdrew the call, or the reviewer's for why the grant was revoked. */
  readonly closingNote: string | null;
}

/** Keys under which a store finds what belongs together; digests, so that they tell nothing. */
export interface Keys {
  /** Tenant, agent, session and tool. */
  readonly lane: Digest;
  /** The same, for what was rejected: so many other calls cannot hide it. */
  readonly rejections: Digest;
  /** Tenant and agent. */
  readonly agent: Digest;
  /** Tenant and session; what carries marks. */
  readonly session: Digest;
}

/** What is proposed to happen next to an escalation. Missing optional parts are `null`, empty or 0. */
export type Proposal =
  | { readonly type: "claim"; readonly by?: string; readonly untilMs: number }
  | { readonly type: "ask"; readonly by?: string; readonly text: string }
  | { readonly type: "answer"; readonly text: string }
  | {
      readonly type: "review";
      readonly by?: string;
      readonly verdict: Verdict;
      readonly note?: string;
      readonly digest: Digest;
      readonly confirmed?: Readonly<Record<string, string>>;
      readonly undoMs?: number;
      readonly shownMs?: number;
      readonly inBatch?: boolean;
      readonly proof?: string;
    }
  | { readonly type: "expire" }
  | { readonly type: "withdraw"; readonly note?: string }
  | { readonly type: "outcome"; readonly outcome: RunOutcome; readonly note?: string }
  | { readonly type: "revoke"; readonly by?: string; readonly note?: string };

/** Reviewers that were verified, by the place of their review among the entries of the escalation, counted from 0. */
export type Verified = Readonly<Record<number, Reviewer>>;

/** What the memory of earlier calls says about a call. */
export interface Repeats {
  readonly links: Links;
  /** Ids of pending escalations of the very same call. */
  readonly identical: readonly string[];
  /**
   * `blocked`: three calls like each other were rejected, and the tool is blocked for this session;
   * `cooling`: a call like this was rejected just now, and it can be offered again at `untilMs`.
   */
  readonly verdict: "none" | "cooling" | "blocked";
  readonly untilMs: number | null;
}

/** What a guard knows when it holds a call. */
export interface Holder {
  readonly guard: string;
  readonly links: Links;
  readonly batch: string | null;
  /** Whether the call is held also if the policy allows it. */
  readonly holdsAll: boolean;
}

/** What a guard presents to use a grant. */
export interface Claimant {
  readonly guard: string;
  /** Digest of the call that will run. */
  readonly digest: Digest;
  /** The marks that its session carries now. */
  readonly marks: readonly string[];
  readonly usage?: Usage;
  /** Whether the guard holds calls that the policy allows, too. */
  readonly holdsAll: boolean;
  /** What else the guard knows now. */
  readonly context?: Call["context"];
}

/** A problem of a history. `kind` tells what was done to it. */
export interface HistoryProblem {
  /**
   * - `edited`: the entry is not what was sealed;
   * - `missing`: entries in front of it are not there;
   * - `reordered`: it does not stand where it belongs;
   * - `repeated`: it stands there twice;
   * - `truncated`: the history ends before the checkpoint;
   * - `rewritten`: all fits together, but not the checkpoint;
   * - `impossible`: what it says cannot have happened to its escalation.
   */
  readonly kind: "edited" | "missing" | "reordered" | "repeated" | "truncated" | "rewritten" | "impossible";
  /** Of the entry where it shows. */
  readonly seq: number;
  /** One line in lower case without a full stop. */
  readonly message: string;
}

/** What verifying a history has found. */
export interface HistoryReport {
  readonly entries: number;
  /** Of how many what happened was left out, so that only their hashes were checked. */
  readonly leftOut: number;
  /** In the order of the entries; at most 100. */
  readonly problems: readonly HistoryProblem[];
  /** Whether a checkpoint was given, and so whether the end and the whole could be checked. */
  readonly against: Checkpoint | null;
  /** Says what this history is now; `null` if it is empty or has problems. */
  readonly checkpoint: Checkpoint | null;
}
