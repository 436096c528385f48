/** What the page asks of the demonstration's agent, and what comes back. */

import type { Action } from "countersign";

/**
 * What the agent is at:
 *
 * - `elsewhere`: another tab plays it;
 * - `preparing`: the made-up days before today are being written;
 * - `paused`: nobody has started the day, or somebody has paused it;
 * - `playing`: it works;
 * - `waiting`: it has nothing else to do until calls are answered;
 * - `no-policy`: no policy is in force, so it proposes nothing;
 * - `over`: the day is over.
 */
export type DemoState = "elsewhere" | "preparing" | "paused" | "playing" | "waiting" | "no-policy" | "over";

/** How fast the agent goes on: the milliseconds between two of its calls. */
export type DemoSpeed = "calm" | "normal" | "fast";

/** How one step of the script stands, and the escalation that it came to. */
export type StepState =
  | { readonly state: "todo"; readonly retryAtMs: number; readonly tries: number }
  /** On its way to the guard: after a reload nobody knows whether it came there. */
  | { readonly state: "proposing"; readonly tries: number }
  | { readonly state: "held"; readonly id: string; readonly tries: number }
  | { readonly state: "done"; readonly outcome: StepOutcome; readonly id: string | null };

export type StepOutcome =
  | "allowed"
  | "approved"
  | "blocked"
  | "rejected"
  | "revoked"
  | "withdrawn"
  | "failed"
  | "skipped";

/** Of the check card that is planted in the afternoon. */
export type CheckState = "none" | "planted" | "answered";

/** One line of what the agent did. */
export interface LogLine {
  /** Counted from 0 through the day. */
  readonly index: number;
  /** The agent's own clock, such as `09:12`: its day is played fast. */
  readonly clock: string;
  readonly kind: Action | "approved" | "rejected" | "told" | "note";
  /** Words of the script. */
  readonly text: string;
  /** What the agent was told, or what it read; `null` if that is not worth a line. */
  readonly detail: string | null;
  /** The escalation that it is about. */
  readonly id: string | null;
}

export interface DemoNow {
  readonly state: DemoState;
  readonly speed: DemoSpeed;
  /** How much of the days before today is written. */
  readonly prepared: { readonly done: number; readonly of: number };
  /** The agent's own clock. */
  readonly clock: string;
  readonly steps: Readonly<Record<string, StepState>>;
  readonly allowed: number;
  readonly blocked: number;
  /** How many calls the agent proposes in all, and how many of them have come to an end. */
  readonly total: number;
  readonly settled: number;
  readonly check: CheckState;
  readonly log: readonly LogLine[];
}

export interface DemoApi {
  /** Tells `onNow` what the agent is at, now and after each change. Does nothing if this is no demonstration. */
  demoFollow(onNow: (now: DemoNow) => void): Promise<void>;
  demoPlay(): Promise<void>;
  demoPause(): Promise<void>;
  /** Lets the agent take one more step. */
  demoNext(): Promise<void>;
  demoSpeed(speed: DemoSpeed): Promise<void>;
}
