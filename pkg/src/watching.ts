/** Following a history for the rules of one stack that replace review: which are in force for a call at one time. */
import { type Engine, type HoldingStack, type RawStack, refusedEscalation } from "./core.js";
import { deepFreeze } from "./freeze.js";
import type { Entry } from "./lifecycle.js";
import type { Call, Digest } from "./types.js";

/** As every generated module has it. */
export interface RawWatch {
  take(entries: unknown): string[];
  size(): number;
  hash(): string | undefined;
  problem(): string | undefined;
  claims(): string[];
  concerns(tool: string): boolean;
  stackFor(call: unknown, nowMs: number): RawStack;
  free(): void;
}

/** A rule that is no longer in force, by its id, and the escalation that showed why. */
export interface Tightened {
  readonly rule: string;
  /**
   * - `severe-rejection`: a person rejected a call that the rule would have let run, whose risk is not written to be low
   *   or medium, or of which nobody wrote that it can be undone;
   * - `too-many-rejections`: people reject or change too many of the calls that it would have let run.
   */
  readonly why: "severe-rejection" | "too-many-rejections";
  readonly escalation: string;
}

/** Follows a history from its first entry. */
export interface Watch {
  /** Takes the next entries; answers the rules that they end. */
  take(entries: readonly Entry[]): readonly Tightened[];
  /** How many entries were taken. */
  size(): number;
  /** Hash of the last of them. */
  hash(): Digest | null;
  /** Why the history proves nothing; `null` if it is whole so far. */
  problem(): string | null;
  /** What the rules claim; none if there are no such rules. */
  readonly claims: readonly Digest[];
  /** Whether one of them is about `tool`. */
  concerns(tool: string): boolean;
  /** The stack for `call` at `nowMs`: with the rules that the history proves for calls like it, if they are drawn. */
  stackFor(call: Call, nowMs: number): HoldingStack;
  free(): void;
}

/** `watch` for the rules of `holding`; `heldBy` are the parts of that by which calls are held and let run. */
export function watching(
  engine: Engine,
  watch: RawWatch,
  holding: HoldingStack,
  heldBy: (stack: RawStack) => Pick<HoldingStack, "open" | "consume">,
): Watch {
  const ask = <T>(what: () => T) => engine.answer(refusedEscalation, what);
  const claims = Object.freeze(ask(() => watch.claims()) as Digest[]);
  const digest = holding.digest();
  return {
    take(entries) {
      const ended = ask(() => watch.take(entries));
      const tightened: Tightened[] = [];
      while (ended.length > 0) {
        const [rule = "", why = "", escalation = ""] = ended.splice(0, 3);
        tightened.push({ rule, why: why as Tightened["why"], escalation });
      }
      return deepFreeze(tightened);
    },
    size: () => ask(() => watch.size()),
    hash: () => ask(() => (watch.hash() ?? null) as Digest | null),
    problem: () => ask(() => watch.problem() ?? null),
    claims,
    concerns: (tool) => ask(() => watch.concerns(tool)),
    stackFor(call, nowMs) {
      // What stands in the engine's memory stands there for one question.
      const once = <T>(held: { free(): void }, use: () => T): T => {
        try {
          return use();
        } finally {
          engine.free(held);
        }
      };
      const drawn = () => ask(() => watch.stackFor(call, nowMs));
      return {
        ...holding,
        claims,
        digest: () => digest,
        decide(call, usage) {
          const stack = engine.stack(drawn());
          return once(stack, () => stack.decide(call, usage));
        },
        open(...args) {
          const raw = drawn();
          return once(raw, () => heldBy(raw).open(...args));
        },
        consume(...args) {
          const raw = drawn();
          return once(raw, () => heldBy(raw).consume(...args));
        },
      };
    },
    free: () => engine.free(watch),
  };
}
