/**
 * Calibration: what people's answers prove about the rules that ask them, and which of them could ask less.
 *
 * It proposes, and changes nothing by itself. What it proves covers the traffic that was seen, not what an adversary could
 * send; so a proposal allows values and ranges that were seen, and what lies outside asks as before.
 */
import { type BottleneckReport, checkedGoal, WAIT_GOAL, type WaitGoal } from "./bottleneck.js";
import { stackOf } from "./decides.js";
import { calibration } from "./engines/evidence.js";
import type { Entry, RedactedEntry } from "./lifecycle.js";
import type { Policy } from "./policy.js";
import type { Interval } from "./statistics.js";
import type { Digest, Risk } from "./types.js";

/** What an answer is worth. */
export interface Grounds {
  /** Whether the history was found whole against a checkpoint that was kept elsewhere. Without that, nothing is proposed. */
  readonly verified: boolean;
  /** Check cards: how many were rejected, as they should be, and how many approved. */
  readonly checks: { readonly caught: number; readonly missed: number };
  /** What an attention report says. Anything but `green`, and not to know it, lets nothing be proposed. */
  readonly light?: "green" | "amber" | "red";
}

/** Something that is missing until a rule could ask less. */
export interface Missing {
  readonly code:
    | "critical"
    | "irreversible"
    | "approvals"
    | "days"
    | "sessions"
    | "reviewers"
    | "checks"
    | "attention"
    | "verified";
  /** How many more, where something is counted. */
  readonly count: number | null;
  /** A clause without a full stop. */
  readonly message: string;
}

/** What answers prove of calls. */
export interface Proof {
  /** Approvals that count: each call once a day, none too fast, none of a batch. */
  readonly approvals: number;
  /** Rejections, edits, revoked approvals, and what expired or was withdrawn after it was seen. */
  readonly against: number;
  /** Counted up to 400. */
  readonly days: number;
  /** Counted up to 64. */
  readonly sessions: number;
  /** Reviewers who approved, by their own word where nobody verifies it; counted up to 64. */
  readonly reviewers: number;
  /** The share of calls that must be right: 0.95 for low risk, 0.99 medium, 0.999 high; `null`: never relaxed. */
  readonly bar: number | null;
  /** The Wilson interval of 95 % of the share that is right, for display; `null` if nothing was counted. */
  readonly interval: Interval | null;
  /** Logarithm of the e-value of a mixture e-process against the bar, and what it must come to. */
  readonly lnE: number | null;
  readonly lnENeeded: number;
  /** The share of bad calls is at most this, with 95 % confidence, given what reviewers catch of check cards. */
  readonly badAtMost: number;
  /** Empty if it passes. */
  readonly missing: readonly Missing[];
}

/** A narrower rule that could allow what people always approved. */
export interface RelaxProposal {
  /** Id of the new rule. */
  readonly rule: string;
  readonly tool: string;
  /** Its `when`. */
  readonly when: unknown;
  /** How many conditions were tried to find it; the proof takes that into account. */
  readonly tried: number;
  /** What the newer part of the answers proves, which was not looked at to find the condition. */
  readonly proof: Proof;
  /** How many of the reviews of this rule it would have saved, at full share and without audits. */
  readonly saves: number;
  readonly of: number;
  /** How long agents waited for the reviews that it would have saved, in milliseconds a week. */
  readonly savesMsPerWeek: number;
  /** How many rejected and blocked calls of the tool were replayed. It allows none of them. */
  readonly refused: number;
  /** How many users these calls are of; at most 64 are counted. Stages and audits are drawn by user and day. */
  readonly users: number;
  /** How many of these calls carry no `user.id`: those are drawn together, as if they were of one user. */
  readonly withoutUser: number;
  /** Its last day, as `YYYY-MM-DD`. */
  readonly until: string;
  /** What it would do, in a sentence without a full stop. */
  readonly sentence: string;
  /** Name of the policy that it would stand in. */
  readonly policy: string | null;
  /** The new rule, as it is inserted. */
  readonly written: string;
  /** The policy's whole text with the rule, and tests of it. Every byte that was there is. */
  readonly text: string;
}

/** Answers of one kind. */
export interface AnswerCount {
  readonly counts: "for" | "against" | "nothing";
  readonly answer:
    | "approved"
    | "rejected"
    | "edited"
    | "revoked"
    | "expired"
    | "withdrawn"
    | "too-fast"
    | "unmeasured"
    | "in-batch"
    | "beyond-checkpoint";
  readonly escalations: number;
}

/** Which rule; an id of `null` is the default of the policy. */
export interface RuleKey {
  readonly policy: Digest | null;
  readonly rule: string | null;
}

/** What histories say of one rule that asks people. */
export interface RuleCalibration {
  readonly rule: RuleKey;
  /** The highest risk of its calls; `null`: not written, which counts as high. */
  readonly risk: Risk | null;
  /** Whether its calls are said to be reversible. */
  readonly reversible: boolean;
  readonly answers: readonly AnswerCount[];
  /** What its answers would prove of all of its calls together. */
  readonly proof: Proof;
  readonly proposals: readonly RelaxProposal[];
  /** Why there is no proposal for a tool, as a clause. */
  readonly declined: readonly { readonly tool: string; readonly why: string }[];
}

/** Something that could be stricter. That needs no statistics. */
export interface Tightening {
  readonly rule: RuleKey;
  readonly kind: "often-rejected" | "never-used" | "too-broad";
  /** A sentence without a full stop. */
  readonly message: string;
}

/** How far a rule that replaces review is: only watched, then a tenth of users and days, half of them, all. */
export interface Stage {
  readonly rule: RuleKey;
  /** The share of users and days that it applies to. */
  readonly share: number;
  /** The next one; `null` if it applies to all. */
  readonly next: number | null;
  /** Whether the next one may be thought of. */
  readonly reached: boolean;
  /**
   * What was answered under this very policy to calls that it would have let run: those outside its share, and audits. Each
   * stage must prove anew what the rule had to prove.
   */
  readonly proof: Proof;
  readonly until: string;
  /** A sentence without a full stop. */
  readonly message: string;
}

/** What histories say of the rules of a policy. */
export interface CalibrationReport {
  /** The policies, by whose digests rules are told apart, and what each was called when it was loaded. */
  readonly policies: readonly { readonly digest: Digest; readonly name: string }[];
  /** Entries that were read. */
  readonly entries: number;
  /** Entries whose event was left out, which say nothing. */
  readonly leftOut: number;
  /** Escalations whose entries make no sense. */
  readonly damaged: number;
  /** Escalations that the policy would not hold now, or for another cause than a rule or its default. */
  readonly elsewhere: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Those with most escalations first. */
  readonly rules: readonly RuleCalibration[];
  readonly stages: readonly Stage[];
  readonly tightenings: readonly Tightening[];
  /** Where agents wait for people, by the rules that hold those calls now. */
  readonly bottleneck: BottleneckReport<RuleKey>;
}

/**
 * What histories say of the rules of a policy, as plain JSON to carry elsewhere: `JSON.stringify` makes the file of it that
 * `countersign calibrate` takes, with `{"evidence":digest}` as its checkpoint. It holds the values of calls that people
 * answered, and who approved them, without what agents said of their calls.
 *
 * Only {@link Calibrator.addEvidence} reads the rest of it.
 */
export interface SavedEvidence {
  readonly evidenceVersion: 1;
  /** Of all of the rest. Keep it elsewhere, as a checkpoint of a history: without it, evidence is not verified. */
  readonly digest: Digest;
  /** Whether each of its histories was found whole against a checkpoint that was kept elsewhere. */
  readonly verified: boolean;
  /** The policies whose rules it is about, in their order. */
  readonly policies: readonly Digest[];
  /** The histories, by the digests of their first entries. None of them can be added twice. */
  readonly histories: readonly {
    readonly origin: Digest;
    readonly entries: number;
    /** For how many of them the checkpoint vouched; `null`: there was none. */
    readonly covered: number | null;
  }[];
  /** When the first and the last call were held, in Unix milliseconds UTC. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly [more: string]: unknown;
}

/** Reads histories of any length: what it keeps is bounded. */
export interface Calibrator {
  /**
   * Begins a history of which a checkpoint that was kept elsewhere vouches for the first `covered` entries; `null` if there is
   * none. What was approved later counts for nothing: whoever can write to a store can add to its end.
   *
   * @throws RangeError unless `covered` is `null` or an integer from 0.
   */
  beginHistory(covered: number | null): void;
  /**
   * Takes the next entries of a history, in their order.
   *
   * @throws {@link EscalationError} `broken-history` if one is no entry. It does not verify them: see `verifyHistory`.
   * {@link EvidenceError} `same-history` if it begins with the first entry of a history that was read or added before.
   */
  push(entries: readonly (Entry | RedactedEntry)[]): void;
  /** Ends a history: what waited too long by `nowMs` expired. What is pushed after it is another one. */
  endHistory(nowMs: number): void;
  /**
   * Adds evidence that was saved elsewhere, of other histories under the same policies and tools. In any order, it comes to
   * what reading all of those histories comes to. `kept` is its digest as it was kept elsewhere; with `null`, or if it was
   * saved without verifying its histories, nothing is proposed.
   *
   * @throws {@link EvidenceError} if it is not what was saved, of others, or counts twice. Nothing of it is added then.
   */
  addEvidence(evidence: unknown, kept: Digest | null): void;
  /**
   * What the histories said that have ended, to carry elsewhere. `verified` says whether each was found whole against a
   * checkpoint that was kept elsewhere.
   *
   * @throws {@link EvidenceError} `part-of-history` if one has not ended, or was not read from its first entry.
   */
  evidence(verified: boolean): SavedEvidence;
  /**
   * What the histories say. `goal` is how long calls should wait at most, for the number of reviewers that takes; nine of ten
   * calls within five minutes unless given.
   *
   * @throws RangeError if the counts of check cards, or the goal, are none.
   */
  report(grounds: Grounds, nowMs: number, goal?: WaitGoal): CalibrationReport;
  /** Gives back the engine's memory now instead of at garbage collection. */
  dispose(): void;
}

/**
 * Begins to read histories for what they prove about the rules of `policy`.
 *
 * Every call of a history is decided once more by `policy` and counts for the rule that decides it now, so what rules are
 * or were called plays no part.
 *
 * @example
 * ```ts
 * const calibrator = createCalibrator(policy);
 * calibrator.beginHistory(kept.size);
 * calibrator.push(await store.history({ from: 0, limit: 500 }));
 * calibrator.endHistory(Date.now());
 * const checks = { caught: 24, missed: 1 };
 * const { rules } = calibrator.report({ verified: true, checks, light: "green" }, Date.now());
 * for (const { proposals } of rules) for (const { sentence, text } of proposals) console.log(sentence, text);
 * ```
 */
export function createCalibrator(policy: Policy): Calibrator {
  const running = calibration(stackOf(policy));
  return Object.freeze({
    beginHistory(covered: number | null) {
      if (covered !== null && !(Number.isSafeInteger(covered) && covered >= 0)) {
        throw new RangeError("`covered` must be `null` or an integer from 0");
      }
      running.beginHistory(covered ?? undefined);
    },
    push: (entries: readonly (Entry | RedactedEntry)[]) => running.push(entries),
    endHistory: (nowMs: number) => running.endHistory(nowMs),
    addEvidence: (evidence: unknown, kept: Digest | null) => running.addEvidence(evidence, kept ?? undefined),
    evidence: (verified: boolean) => running.evidence(verified === true),
    report({ verified, checks, light }: Grounds, nowMs: number, goal: WaitGoal = WAIT_GOAL) {
      const { caught, missed } = checks;
      for (const count of [caught, missed]) {
        if (!Number.isSafeInteger(count) || count < 0) {
          throw new RangeError("`checks.caught` and `checks.missed` must be integers from 0");
        }
      }
      const grounds = {
        verified: verified === true,
        checks: { caught, missed },
        ...(light !== undefined && { light }),
      };
      return running.report(grounds, checkedGoal(goal), nowMs);
    },
    dispose: () => running.free(),
  });
}
