/** Mutation testing: which small changes of a policy its own tests would notice. */
import { stackOf } from "./decides.js";
import { mutation as begin, type EngineMutation } from "./engines/writing.js";
import { EngineError } from "./errors.js";
import type { Policy } from "./policy.js";
import type { Span } from "./types.js";

/** A change that no test notices. Whether any test could is not told. */
export interface Survivor {
  /** Id of the rule that was changed; `null` if the policy itself was. */
  readonly rule: string | null;
  /** Where what it changes is written. */
  readonly span: Span;
  /** What it changes, in one line for people, such as `` `args.amount at_most: 50` moved to `51` ``. */
  readonly what: string;
}

/** How far it is. */
export interface MutationProgress {
  /** How many changes were tried, and how many of those a test noticed. */
  readonly tried: number;
  readonly noticed: number;
  /** How many are to be tried, of all that there are. */
  readonly wanted: number;
  readonly all: number;
  /** How many tests pass, and so can notice something. */
  readonly tests: number;
  /** How many tests fail without any change; they notice nothing. */
  readonly failing: number;
}

/** How a policy is changed. */
export interface MutationOptions {
  /** Which of the loaded sources, counted from 0; the first unless written. */
  readonly source?: number;
  /** Of more changes than these so many are tried, spread evenly; 10,000 unless written. */
  readonly most?: number;
}

/** Changes a policy, one change at a time and in the order of its text, and asks its tests. */
export interface Mutation {
  /** Tries up to `most` more changes; whether there are more. */
  step(most: number): boolean;
  readonly progress: MutationProgress;
  /** Those so far. */
  readonly survivors: readonly Survivor[];
  /** Gives back the engine's memory now instead of at garbage collection. */
  dispose(): void;
}

const MOST_MAX = 1_000_000;

/**
 * Begins to change the policy of one source: its default, its rules, their order, matchers, bounds, listed values and
 * limits. What no test can see stays: marks, what reviews must be like, texts, and how much a limit allows.
 *
 * @throws {@link EngineError} if the engine failed.
 * @throws TypeError if the policy does not come from `loadPolicy` or was disposed.
 * @throws RangeError if there is no such source, or `most` is no integer from 1 to 1,000,000.
 *
 * @example
 * ```ts
 * const mutation = createMutation(policy);
 * while (mutation.step(50)) await new Promise((resolve) => setTimeout(resolve)); // lets others work
 * mutation.progress.noticed / mutation.progress.tried; // the share of mistakes that the tests would notice
 * ```
 */
export function createMutation(policy: Policy, { source = 0, most = 10_000 }: MutationOptions = {}): Mutation {
  if (!Number.isInteger(source) || source < 0 || source >= policy.policies.length) {
    throw new RangeError(`there is no source ${source}`);
  }
  checkAmount("most", most);
  return mutationOf(begin(stackOf(policy), source, most));
}

function checkAmount(name: string, amount: number): void {
  if (Number.isInteger(amount) && amount >= 1 && amount <= MOST_MAX) return;
  throw new RangeError(`\`${name}\` must be an integer from 1 to ${MOST_MAX}`);
}

function mutationOf(running: EngineMutation): Mutation {
  let disposed = false;
  function live(): EngineMutation {
    if (disposed) throw new EngineError("disposed", "the mutation was disposed");
    return running;
  }
  return Object.freeze({
    step(most: number) {
      checkAmount("most", most);
      return live().step(most);
    },
    get progress() {
      return live().progress();
    },
    get survivors() {
      return live().survivors();
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      running.free();
    },
  });
}
