/** Whether a history is whole: nothing in it edited, missing, moved or repeated, and its end the one of a checkpoint. */
import { verification } from "./engines/evidence.js";
import { holding } from "./engines/full.js";
import { EscalationError } from "./errors.js";
import type { Checkpoint, Entry, Head, HistoryProblem, HistoryReport, RedactedEntry } from "./lifecycle.js";
import { partsOf } from "./parts.js";
import { sameJson } from "./same.js";
import type { Store } from "./stores/store.js";

/** How a history is verified. */
export interface VerifyHistoryOptions {
  /** The end of the history when it was last found whole: only what follows is read. All of it unless written. */
  readonly after?: Head | null;
  /** One that was kept elsewhere. Without it nobody can tell whether the history was cut short or written anew. */
  readonly checkpoint?: Checkpoint | null;
  /** Is told how many of the entries were read. */
  readonly onProgress?: (read: number, all: number) => void;
  /** Is handed the entries as they are read, in their order and before they are verified. */
  readonly onEntries?: (entries: readonly Entry[]) => void;
  /** Stops it, by throwing its reason. */
  readonly signal?: AbortSignal | null;
}

/** An entry, perhaps with what happened left out. */
export type Verifiable = Entry | RedactedEntry;

/** After so many problems no more are told. */
export const PROBLEMS_MAX = 100;

/**
 * Verifies the history in `store`, which may grow meanwhile.
 *
 * A report without problems means that nothing between its first and last entry was edited, removed, moved or repeated
 * since it was sealed. Keep the head of a whole history, and give it as `after` next time: the time that takes depends on
 * what came since, not on the length of the history. Keep the checkpoint where whoever can write to the store cannot.
 *
 * @throws {@link StoreError} if the store fails; the reason of `signal` if that aborts.
 *
 * @example
 * ```ts
 * const { problems, checkpoint } = await verifyHistory(store);
 * if (problems.length > 0) console.warn("the history was tampered with", problems[0]);
 * ```
 */
export async function verifyHistory(
  store: Store,
  { after = null, checkpoint = null, onProgress, onEntries, signal = null }: VerifyHistoryOptions = {},
): Promise<HistoryReport> {
  await holding.ready();
  const head = await store.head();
  const from = after?.size ?? 0;
  let read = 0;
  async function* parts() {
    for await (const part of partsOf(store, from, head.size)) {
      signal?.throwIfAborted();
      onEntries?.(part);
      yield part;
      read += part.length;
      onProgress?.(read, Math.max(head.size - from, 0));
    }
  }
  const report = await verifyEntries(parts(), { after, checkpoint });
  if (report.problems.length > 0 || sameJson(report.checkpoint, holding.checkpoint(head))) return report;
  const message = "the end of the history that the store keeps is not that of its entries";
  return { ...report, problems: [{ kind: "truncated", seq: from + report.entries, message }], checkpoint: null };
}

/** Verifies the entries of `parts`, in order. */
export async function verifyEntries(
  parts: AsyncIterable<readonly Verifiable[]>,
  { after = null, checkpoint: against = null }: Pick<VerifyHistoryOptions, "after" | "checkpoint">,
): Promise<HistoryReport> {
  await holding.ready();
  const running = verification(after, against);
  const nonsense: HistoryProblem[] = [];
  try {
    for await (const part of parts) push(part);
    const report = { ...running.finish(), against };
    if (nonsense.length === 0) return report;
    const problems = [...report.problems, ...nonsense].sort((a, b) => a.seq - b.seq).slice(0, PROBLEMS_MAX);
    return { ...report, problems, checkpoint: null };
  } finally {
    running.free();
  }

  /** What the engine cannot even read, it does not take; the others of the part it does. */
  function push(part: readonly Verifiable[]): void {
    try {
      running.push(part);
    } catch (error) {
      if (!(error instanceof EscalationError)) throw error;
      const [first] = part;
      if (part.length > 1) for (const entry of part) push([entry]);
      else if (first) nonsense.push({ kind: "edited", seq: first.seq, message: "it is not what an entry is" });
    }
  }
}
