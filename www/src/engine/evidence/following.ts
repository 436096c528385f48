/** The summary of a history that grows: each entry is read once. */

import { createSummariser, type Summariser, type Summary } from "countersign";
import type { OnProgress } from "./api.ts";
import type { ReadStore } from "./store.ts";

const PART = 500;

/** How far one history was read. */
interface Read {
  readonly origin: string | null;
  /** Hash of the last entry that was read. */
  readonly hash: string | null;
  readonly size: number;
  readonly summariser: Summariser;
}

export interface Following {
  /** The summary by now. Throws the reason of `signal` if that aborts; what was read so far is kept. */
  summary(onProgress: OnProgress, signal: AbortSignal): Promise<Summary>;
}

export function followHistory(store: ReadStore): Following {
  let read: Read | null = null;

  /** What was read of the history that ends at `head`; another history begins anew. */
  async function begun(size: number, origin: string | null): Promise<Read> {
    const before = read;
    const goesOn = before !== null && before.size <= size && (before.size === 0 || before.origin === origin);
    if (goesOn && (await isStillThere(before))) return before;
    return { origin, hash: null, size: 0, summariser: await createSummariser() };
  }

  async function isStillThere({ size, hash }: Read): Promise<boolean> {
    if (size === 0) return true;
    const [last] = await store.history({ from: size - 1, limit: 1 });
    return last?.hash === hash;
  }

  return {
    async summary(onProgress, signal) {
      const { size, origin } = await store.head();
      let now = await begun(size, origin);
      while (now.size < size) {
        signal.throwIfAborted();
        const entries = await store.history({ from: now.size, limit: PART });
        const last = entries.at(-1);
        if (last === undefined) break;
        now.summariser.push(entries);
        now = { ...now, hash: last.hash, size: last.seq + 1 };
        read = now;
        onProgress(now.size, size);
      }
      return now.summariser.summary(Date.now());
    },
  };
}
