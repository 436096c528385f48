/** Following the history of a store for one policy: read once in this process, however many guards ask. */
import type { HoldingStack } from "../core.js";
import type { Checkpoint, Head } from "../lifecycle.js";
import { partsOf } from "../parts.js";
import type { Store } from "../stores/store.js";
import type { Tightened, Watch } from "../watching.js";

/** A history that is read for the rules of one policy. */
export interface Following {
  readonly watch: Watch;
  /** The rules that it has ended so far. */
  readonly ended: readonly Tightened[];
  /** Reads up to `head`, unless `signal` aborts; whether that is where the history was read to, and ends. */
  upTo(head: Head, signal: AbortSignal): Promise<boolean>;
  /** What was read is not used again. */
  forget(): void;
}

/** For so many policies, keys and checkpoints one history is followed at once. */
const FOLLOWED_MAX = 8;

const followed = new WeakMap<Store, Map<string, Following>>();

/** The history of `store`, followed for `stack`. */
export function following(
  store: Store,
  stack: HoldingStack,
  key: Uint8Array,
  checkpoint: Checkpoint | null,
): Following {
  const known = followed.get(store) ?? new Map<string, Following>();
  followed.set(store, known);
  const name = JSON.stringify([stack.digest(), [...key], checkpoint]);
  const found = known.get(name);
  if (found !== undefined) return found;
  const begun = begin(store, stack.watch(key, checkpoint), () => known.delete(name));
  const [oldest] = known.keys();
  if (known.size >= FOLLOWED_MAX && oldest !== undefined) known.delete(oldest);
  known.set(name, begun);
  return begun;
}

function begin(store: Store, watch: Watch, forget: () => void): Following {
  const ended: Tightened[] = [];
  /** One reads at a time: entries are taken in order. */
  let turn: Promise<unknown> = Promise.resolve();
  async function read(head: Head, signal: AbortSignal): Promise<boolean> {
    for await (const part of partsOf(store, watch.size(), head.size)) {
      if (signal.aborted) return false;
      ended.push(...watch.take(part));
    }
    return watch.size() === head.size && watch.hash() === head.hash;
  }
  return {
    watch,
    ended,
    upTo(head, signal) {
      const reading = turn.then(() => read(head, signal));
      turn = reading.catch(() => undefined);
      return reading;
    },
    forget,
  };
}
