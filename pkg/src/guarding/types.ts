/** The shapes of a guard: what it is made of, and what it answers. */
import type { DecidingPolicy } from "../decides.js";
import type { Told } from "../errors.js";
import type { Checkpoint, RunOutcome } from "../lifecycle.js";
import type { ReviewVerifier } from "../reviewers.js";
import type { Store } from "../stores/store.js";
import type { Call, Decision } from "../types.js";
import type { Tightened } from "../watching.js";
import type { EscalationRecord } from "../writing.js";

/** What `createGuard` needs. What is said here of the agent is believed; what the agent says of itself is not. */
export interface GuardOptions {
  /** The policy, or a function that is asked for it for each call and again before a held call runs. */
  readonly policy: DecidingPolicy | (() => DecidingPolicy | Promise<DecidingPolicy>);
  readonly store: Store;
  /** Who proposes the calls: a name, or an object with a string `id`. With `tenant` it is the identity of the guard. */
  readonly agent: string | Identity;
  /** For whom the agent acts. */
  readonly user?: Call["user"];
  /** A name, or an object with a string `id`; a new id unless written. The guard itself puts its marks there. */
  readonly session?: string | Identity;
  readonly tenant?: string;
  readonly context?: Call["context"];
  /** How each tool described itself to the agent, by its name. An approval ends when that changes. */
  readonly tools?: Readonly<Record<string, unknown>>;
  /** Which calls are held: those that the policy escalates, or all that it does not block. `flagged` unless written. */
  readonly hold?: "flagged" | "all";
  /** Calls held within `forMs` of the first are reviewed together, and none of them runs before all are answered. */
  readonly collect?: {
    readonly forMs: number;
    /** So many calls fill a batch; 100 unless written. */
    readonly atMost?: number;
  };
  /** Tells whose reviews are verified. Without it none is. */
  readonly verify?: ReviewVerifier;
  /** With it rules that replace review can be in force; without it every one of them is off. */
  readonly relaxing?: RelaxingOptions;
  /** How many calls of the agent may wait at once; 20 unless written. */
  readonly pendingMax?: number;
  /**
   * Which decisions the history tells: `all` unless written. With `held`, calls that are allowed, charge no limit and leave
   * no mark run without asking the store for anything, also while their agent is paused.
   */
  readonly record?: "all" | "held";
  /** With `false` everything runs: the guard only decides and records. */
  readonly enforce?: boolean;
  /** How often a waiting call looks at the store if that gives no hint, in milliseconds; 1,000 unless written. */
  readonly pollMs?: number;
  /** The clock, in Unix milliseconds UTC; the system's unless written. */
  readonly now?: () => number;
  /** Where new ids come from; 128 random bits unless written. */
  readonly newId?: () => string;
  /** Is told what happens. What it throws changes nothing. */
  readonly on?: (event: GuardEvent) => void;
}

/** What a guard needs for rules that replace review. */
export interface RelaxingOptions {
  /**
   * 32 random bytes, or 64 hexadecimal digits, that the operator keeps and nobody else knows: they decide to which users
   * a rule applies on a day, and which calls are audited. All guards of a store have the same.
   */
  readonly key: Uint8Array | string;
  /**
   * The last checkpoint of the history that was kept where whoever can write to the store cannot, or a function that is
   * asked for it. `null`: there is none, and every rule is off.
   */
  readonly checkpoint: Checkpoint | null | (() => Checkpoint | null | Promise<Checkpoint | null>);
}

/** Somebody, by an id that is not empty, and whatever else policies ask about. */
export interface Identity {
  readonly id: string;
  readonly [key: string]: unknown;
}

/** What an agent proposes. Anything that only the guard may say, such as `agent` or `session`, is refused. */
export interface ProposedCall {
  readonly tool: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly confidence?: number;
}

export interface CheckOptions {
  /** Takes the call back, also while the store, the policy or the verifier does not answer. */
  readonly signal?: AbortSignal | null;
}

/** How a held call is resumed. */
export interface ResumeOptions extends CheckOptions {
  /** Whether to wait until somebody has answered. */
  readonly wait?: boolean;
}

/** What the caller of a wrapped tool can say beside its arguments. */
export interface WrappedOptions extends CheckOptions {
  readonly reason?: string;
  readonly confidence?: number;
}

/** What a wrapped tool gets beside its arguments. */
export interface RunContext {
  /** The guard's own frozen copy of the call that runs. */
  readonly call: Call;
  /** Id of the escalation, if a person approved the call. */
  readonly escalation: string | null;
  readonly signal: AbortSignal | null;
}

/** Says what became of a call that was let run. Whatever goes wrong is reported to the observer; it never fails. */
export type Finished = (outcome: RunOutcome, note?: string) => Promise<void>;

/** What becomes of a call now. Only an allowed one may run, and that is `call`, not what was handed in. */
export type Checked =
  /** `decision` is `null` only where a guard that only observes could not decide. */
  | { readonly status: "allowed"; readonly call: Call; readonly decision: Decision | null; readonly finished: Finished }
  /** The policy blocks it. */
  | { readonly status: "blocked"; readonly told: Told; readonly decision: Decision | null }
  /** It does not run for another reason; `decision` is `null` if it came to none. */
  | { readonly status: "not-run"; readonly told: Told; readonly decision: Decision | null }
  | { readonly status: "pending"; readonly id: string; readonly escalation: EscalationRecord };

/** What a held call waits for: an answer, the end of the time to undo one, or the answers to the others of its batch. */
export type WaitsFor = "review" | "undo" | "batch";

/** What became of a held call. */
export type Resumed =
  /** `untilMs`, in Unix milliseconds, is when that is over at the latest; `null` if nobody knows. */
  | {
      readonly status: "pending";
      readonly id: string;
      readonly escalation: EscalationRecord;
      readonly waitsFor: WaitsFor;
      readonly untilMs: number | null;
    }
  /** The grant is used: the caller runs `call` now, once, and says what became of it. */
  | { readonly status: "ready"; readonly id: string; readonly call: Call; readonly finished: Finished }
  /** A wrapped tool ran. */
  | { readonly status: "ran"; readonly id: string; readonly result: unknown }
  | { readonly status: "not-run"; readonly id: string; readonly told: Told };

/** A held call of this guard that has not come to a known end. */
export interface Unfinished {
  readonly id: string;
  /** `unused`: approved, and not let run yet. `unknown`: let run, and nobody recorded what became of it. */
  readonly kind: "unused" | "unknown";
  readonly escalation: EscalationRecord;
}

/** What happens in a guard. */
export type GuardEvent =
  | { readonly type: "decided"; readonly call: Call; readonly decision: Decision }
  | { readonly type: "held"; readonly id: string; readonly escalation: EscalationRecord }
  /** A grant was used: the call runs now. */
  | { readonly type: "released"; readonly id: string; readonly escalation: EscalationRecord }
  | { readonly type: "finished"; readonly id: string | null; readonly call: Call; readonly outcome: RunOutcome }
  | { readonly type: "told"; readonly told: Told }
  /** Something failed: a call does not run for it, or a waiting one looks again. */
  | { readonly type: "failed"; readonly error: unknown }
  /** What became of a call, or that it was taken back, could not be recorded. */
  | { readonly type: "unrecorded"; readonly id: string; readonly error: unknown }
  /** The call runs though the guard would not have let it: it only observes. */
  | {
      readonly type: "not-enforced";
      readonly call: Call;
      readonly decision: Decision | null;
      readonly told: Told | null;
    }
  /** The guard only observes. */
  | { readonly type: "observing"; readonly message: string }
  /** From now on rules that replace review can be in force, or none of them is. */
  | { readonly type: "relaxing"; readonly isOn: boolean; readonly message: string }
  /** A rule that replaces review is off until it is renewed. */
  | ({ readonly type: "tightened" } & Tightened);

/** Stands around tools: what is allowed runs, what is escalated waits for a person, what is blocked does not run. */
export interface Guard {
  /** Whether it keeps calls from running; `false` if it only observes. */
  readonly enforces: boolean;
  /**
   * `run` behind this guard. It gets the guard's own frozen copy of the arguments.
   *
   * @throws {@link BlockedError} if the policy blocks the call, {@link NotRunError} if it did not run for another reason;
   *   `told` is what the agent can be told.
   * @throws {@link CallError} if the arguments are no plain data, or the options say what only the guard may say.
   * @throws TypeError at once if `tool` is no string or `run` no function; from the wrapped tool for unknown options.
   */
  wrap<A, R>(
    tool: string,
    run: (args: A, context: RunContext) => R | Promise<R>,
  ): (args: A, options?: WrappedOptions) => Promise<R>;
  /**
   * What becomes of `call`, without waiting for a person.
   *
   * @throws {@link CallError} if `call` is no call, says what only the guard may say, or has what calls do not have.
   * @throws TypeError for unknown options.
   */
  check(call: ProposedCall, options?: CheckOptions): Promise<Checked>;
  /**
   * What became of a call that was held, perhaps by a process before this one; with `wait` once somebody has answered.
   * If it was approved it is let run: a tool that is wrapped in this guard runs, and what it throws is thrown.
   *
   * @throws {@link EscalationError} `not-found`, `other-guard` or `broken-history`.
   * @throws {@link StoreError} if the store fails before anything was done.
   * @throws TypeError if `id` is no string, or for unknown options.
   */
  resume(id: string, options?: ResumeOptions): Promise<Resumed>;
  /**
   * Takes a held call back, as the agent: while it is pending, or its approval while that is unused.
   *
   * @throws {@link EscalationError} `not-found`, `other-guard`, or why it cannot be taken back, such as `already-closed`.
   * @throws {@link StoreError} if the store fails.
   * @throws TypeError if `id` or `note` is no string.
   */
  withdraw(id: string, note?: string): Promise<void>;
  /**
   * Answers the reviewer's question, as the agent.
   *
   * @throws {@link EscalationError} `not-found`, `other-guard`, `nothing-asked` or `already-closed`.
   * @throws {@link StoreError} if the store fails.
   * @throws TypeError if `id` or `text` is no string.
   */
  answer(id: string, text: string): Promise<void>;
  /**
   * The held calls of this guard that have not come to a known end, newest first. Those that are damaged are left out.
   *
   * @throws {@link StoreError} if the store fails.
   * @throws RangeError if `now` tells no time.
   */
  unfinished(): Promise<readonly Unfinished[]>;
  /** Ends all waiting, without taking any call back, and lets nothing run any more. The store stays open. It never fails. */
  close(): void;
}
