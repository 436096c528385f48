/** What a policy of any engine does: it decides calls, until it is disposed. */
import type { HoldingStack, Stack } from "./core.js";
import { EngineError } from "./errors.js";
import type { Call, Decision, Digest, Usage } from "./types.js";

/** What the guard knows beside the call. */
export interface DecideOptions {
  /** What was used of limits. A limit that it does not name counts as reached. */
  readonly usage?: Usage;
}

/** A policy, or a stack of them, that is ready to decide. It never changes. */
export interface DecidingPolicy {
  /** Digest of the policy; of a stack, over the digests of its policies. */
  readonly digest: Digest;
  /**
   * Decides one call, in microseconds and without waiting.
   *
   * Of `call` only own properties are read that the rules for its tool come to, each once. Who runs a tool on what was
   * decided should decide `snapshotCall(call)` and run that: nothing of it can change meanwhile. A getter is read like
   * any other property; `snapshotCall` refuses it.
   *
   * @throws {@link CallError} if something that was read is not plain data in the shape of a call: it must not run.
   * @throws {@link EngineError} if the engine failed or the policy was disposed: the call must not run.
   *
   * @example
   * ```ts
   * policy.decide({ tool: "file.read", args: { path: "/srv/a" } }).action; // "allow", "escalate" or "block"
   * ```
   */
  decide(call: Call, options?: DecideOptions): Decision;
  /** Gives back the engine's memory now instead of at garbage collection. After it nothing is decided. */
  dispose(): void;
}

const stacks = new WeakMap<DecidingPolicy, Stack>();

/** The engine's side of `policy`, for the rest of this package. */
export function stackOf(policy: DecidingPolicy): HoldingStack {
  const stack = stacks.get(policy);
  if (!stack) throw new TypeError("the policy must come from `loadPolicy` and must not be disposed");
  if (!("open" in stack)) throw new TypeError("under a compiled policy no call can be held for review");
  return stack as HoldingStack;
}

/** The policy that decides by `stack`; `more` makes what else it has, of a function that fails once it is disposed. */
export function policyOn<S extends Stack, More>(stack: S, more: (live: () => S) => More): DecidingPolicy & More {
  let isDisposed = false;
  const live = () => {
    if (isDisposed) throw new EngineError("disposed", "the policy was disposed and decides no more");
    return stack;
  };
  const deciding: DecidingPolicy = {
    digest: stack.digest(),
    decide: (call: Call, options?: DecideOptions) => live().decide(call, usageOf(options)),
    dispose: () => {
      if (!isDisposed) stack.free();
      isDisposed = true;
      stacks.delete(policy);
    },
  };
  // Property by property: what is asked for seldom is a getter.
  const rest = Object.getOwnPropertyDescriptors(more(live)) as PropertyDescriptorMap;
  const policy = Object.freeze(Object.defineProperties(deciding, rest)) as DecidingPolicy & More;
  stacks.set(policy, stack);
  return policy;
}

/** What was used of limits, if it is plain. */
export function usageOf(options: DecideOptions | undefined): Usage | undefined {
  const usage = options?.usage;
  if (usage === undefined) return undefined;
  if (typeof usage !== "object" || usage === null) throw new TypeError("`usage` must be an object");
  for (const [bucket, used] of Object.entries(usage)) {
    if (!/^sha256:[0-9a-f]{64}$/.test(bucket)) throw new TypeError("a key of `usage` must be the `bucket` of a charge");
    if (typeof used !== "number" || !(used >= 0 && used < Infinity)) {
      throw new RangeError("what was used of a limit must be a number from 0");
    }
  }
  return usage;
}
