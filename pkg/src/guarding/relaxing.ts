/**
 * Which rules that replace review are in force: those that the history proves, read from its first entry against a
 * checkpoint that was kept elsewhere, and followed up to the moment in which a call is decided.
 */
import { checkKeys, type KeysOf } from "../checks.js";
import type { HoldingStack } from "../core.js";
import { messageOf } from "../errors.js";
import type { Checkpoint, Head } from "../lifecycle.js";
import type { Call, Digest } from "../types.js";
import type { Moment } from "../writing.js";
import { type Following, following } from "./following.js";
import type { Post } from "./post.js";
import type { RelaxingOptions } from "./types.js";

/** The rules of a guard's policy that replace review. Whatever goes wrong, none of them is in force. */
export interface Relaxing {
  /** Begins to read the history, in the background. */
  begin(): void;
  /** Whether such a rule is about `tool`, and may be in force. */
  concerns(stack: HoldingStack, tool: string): boolean;
  /** `stack` as it is for `call` at `moment`. */
  stackFor(stack: HoldingStack, call: Call, moment: Moment): Promise<HoldingStack>;
}

type Parts = Pick<Post, "holding" | "writing" | "agentId" | "stack" | "closing" | "tell">;

/** How far it got with one policy, whose digest it holds. */
type State =
  | { readonly kind: "reading"; readonly digest: Digest }
  | { readonly kind: "on"; readonly digest: Digest; readonly history: Following }
  /** From `retryMs` on it is tried again; `null`: never. */
  | { readonly kind: "off"; readonly digest: Digest; readonly retryMs: number | null };

/** How long it takes to try again what failed and may yet come: the store, or a checkpoint. */
const RETRY_MS = 60_000;

/**
 * Reads the options of `relaxing`.
 *
 * @throws TypeError if one is missing, unknown, or not what the types say.
 */
export function relaxingOf(given: RelaxingOptions, parts: Parts): Relaxing {
  const { key, checkpoint } = optionsOf(given);
  const { holding, writing, closing } = parts;
  const say = saying(parts);
  let state: State | null = null;
  let seenMs = 0;

  function off(digest: Digest, why: string, retryMs: number | null): void {
    state = { kind: "off", digest, retryMs };
    say.off(why);
  }

  /** Reads the history for `stack`; what was read for another policy says nothing of this one. */
  async function read(stack: HoldingStack): Promise<void> {
    const digest = stack.digest();
    const mine: State = { kind: "reading", digest };
    state = mine;
    try {
      if (!replacesReview(stack, key)) {
        state = { kind: "off", digest, retryMs: null };
        return;
      }
      const history = following(writing.store, stack, key, await checkpointFrom(checkpoint));
      await history.upTo(await writing.stored((store) => store.head()), closing.signal);
      if (state !== mine || closing.signal.aborted) return;
      const on: State = { kind: "on", digest, history };
      state = on;
      if (isWhole(on)) say.on();
    } catch (error) {
      if (state === mine) off(digest, messageOf(error), seenMs + RETRY_MS);
    }
  }

  /** Whether what was read is whole; if not, nothing is in force any more. */
  function isWhole({ digest, history }: Extract<State, { kind: "on" }>): boolean {
    say.ended(history);
    const problem = history.watch.problem();
    if (problem === null) return true;
    history.forget();
    off(digest, `the history proves nothing: ${problem}`, null);
    return false;
  }

  function isDue(digest: Digest): boolean {
    if (state === null || state.digest !== digest) return true;
    return state.kind === "off" && state.retryMs !== null && state.retryMs <= seenMs;
  }

  async function followed(on: Extract<State, { kind: "on" }>, head: Head): Promise<boolean> {
    const isAtHead = await on.history.upTo(head, closing.signal);
    return isWhole(on) && isAtHead && state === on;
  }

  return {
    begin() {
      const begun = holding.ready().then(parts.stack).then(read);
      // Whoever decides finds out, and tries again.
      begun.catch(() => undefined);
    },
    concerns: (stack, tool) =>
      state?.kind === "on" && state.digest === stack.digest() && state.history.watch.concerns(tool),
    async stackFor(stack, call, { head, nowMs }) {
      seenMs = nowMs;
      if (isDue(stack.digest())) void read(stack);
      if (state?.kind !== "on" || !state.history.watch.concerns(call.tool)) return stack;
      const on = state;
      try {
        return (await followed(on, head)) ? on.history.watch.stackFor(call, nowMs) : stack;
      } catch (error) {
        parts.tell({ type: "failed", error });
        return stack;
      }
    },
  };
}

/** What the observer is told, each once. */
function saying({ agentId, closing, tell }: Parts) {
  let said = "";
  const told = new Set<string>();
  return {
    on() {
      said = "";
      const message = `the guard of \`${agentId}\` has verified the history: rules with \`relaxed\` can be in force`;
      tell({ type: "relaxing", isOn: true, message });
    },
    off(why: string) {
      const message = `countersign: no rule with \`relaxed\` is in force in the guard of \`${agentId}\`: ${why}`;
      if (message === said || closing.signal.aborted) return;
      said = message;
      tell({ type: "relaxing", isOn: false, message });
      console.warn(message);
    },
    ended({ ended }: Following) {
      for (const tightened of ended) {
        const name = JSON.stringify(tightened);
        if (told.has(name)) continue;
        told.add(name);
        tell({ type: "tightened", ...tightened });
      }
    },
  };
}

/** Whether policies have rules that replace review. */
function replacesReview(stack: HoldingStack, key: Uint8Array): boolean {
  const watch = stack.watch(key, null);
  const { claims } = watch;
  watch.free();
  return claims.length > 0;
}

async function checkpointFrom(checkpoint: RelaxingOptions["checkpoint"]): Promise<Checkpoint | null> {
  // What is forgotten is not there.
  return (typeof checkpoint === "function" ? await checkpoint() : checkpoint) ?? null;
}

const OPTIONS: KeysOf<RelaxingOptions> = { key: 0, checkpoint: 0 };
const KEY_BYTES = 32;

function optionsOf(given: RelaxingOptions): { key: Uint8Array; checkpoint: RelaxingOptions["checkpoint"] } {
  checkKeys("`relaxing`", given, OPTIONS);
  const { key, checkpoint }: Partial<RelaxingOptions> = Object.assign(Object.create(null), given);
  if (typeof checkpoint !== "function" && typeof checkpoint !== "object") {
    throw new TypeError("`relaxing.checkpoint` must be a checkpoint, `null`, or a function that answers one of them");
  }
  return { key: keyOf(key), checkpoint };
}

/** A copy of the key as bytes. Nothing that is thrown here tells any of it. */
function keyOf(key: unknown): Uint8Array {
  const bytes = typeof key === "string" && /^(?:[0-9a-f]{2})*$/i.test(key) ? bytesOf(key) : key;
  if (bytes instanceof Uint8Array && bytes.length === KEY_BYTES) return Uint8Array.from(bytes);
  throw new TypeError("`relaxing.key` must be 32 random bytes, or 64 hexadecimal digits, that the operator keeps");
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}
