/** Taking an exported history into an empty store. */
import { holding } from "./engines/full.js";
import { nowMs } from "./env.js";
import { EscalationError } from "./errors.js";
import { linesOf, type VerifiedText } from "./history-text.js";
import type { Event } from "./lifecycle.js";
import { rebuildingIn } from "./rebuilding.js";
import { sameJson } from "./same.js";
import type { Store } from "./stores/store.js";
import { eachStored, possible, writingTo } from "./writing.js";

/** How an exported history is taken in. */
export interface ImportHistoryOptions {
  /** Is told how many more bytes were read. */
  readonly onProgress?: (bytes: number) => void;
  /** Stops it, by throwing its reason; what was written by then stays. */
  readonly signal?: AbortSignal | null;
}

/** What was taken in. */
export interface ImportedHistory {
  readonly entries: number;
  /**
   * How many calls were still open, and were closed with an entry each: where the history comes from they may have run
   * since it was exported, and would run here once more.
   */
  readonly closed: number;
}

/**
 * Writes the entries of `chunks`, an exported history that {@link verifyHistoryText} has found to be `verified`, into
 * `store`, and closes what is open in it. Only against a checkpoint that was kept elsewhere is it evidence.
 *
 * @throws {@link EscalationError} `broken-history` if it has problems, is redacted, or is not what was verified, or if the
 * store is not empty. In the last case but one the store holds a part of it and is of no use.
 *
 * @example
 * ```ts
 * const bytes = async function* () {
 *   yield await readFile("history.ndjson");
 * };
 * const store = memoryStore();
 * const verified = await verifyHistoryText(bytes());
 * const { entries, closed } = await importHistory(store, bytes(), verified);
 * ```
 */
export async function importHistory(
  store: Store,
  chunks: AsyncIterable<Uint8Array>,
  { report, lines, isRedacted }: VerifiedText,
  { onProgress, signal = null }: ImportHistoryOptions = {},
): Promise<ImportedHistory> {
  await holding.ready();
  if (report.problems.length + lines.length > 0) throw broken("the history has problems");
  if (isRedacted) throw broken("the history is redacted: what happened is not in it");
  const head = await store.head();
  if (head.size > 0) throw broken(`the store has ${head.size} entries already: a history goes into an empty one`);
  const rebuilding = rebuildingIn(holding, store, head);
  for await (const line of linesOf(chunks, (bytes) => onProgress?.(bytes))) {
    signal?.throwIfAborted();
    if (!("entry" in line)) continue;
    if (!("event" in line.entry)) throw broken("the history changed while it was read");
    await rebuilding.push([line.entry]);
  }
  const end = await rebuilding.finish();
  if (!sameJson(holding.checkpoint(end), report.checkpoint)) throw broken("the history changed while it was read");
  return { entries: report.entries, closed: await closeOpen(store) };
}

function broken(message: string): EscalationError {
  return new EscalationError("broken-history", message);
}

/** Withdraws what is pending and revokes what is approved and was not run, and answers how many that were. */
async function closeOpen(store: Store): Promise<number> {
  const writing = writingTo(holding, store, nowMs);
  let closed = 0;
  for (const filter of [{ status: "pending" }, { unfinished: true }] as const) {
    const ids: string[] = [];
    for await (const { id } of eachStored(writing, filter)) ids.push(id);
    for (const id of ids) {
      closed += await writing.write(async (moment) => {
        const past = await writing.entries(id);
        const event = closing(past, moment.nowMs);
        const drafts = event === null ? [] : [{ id, event, past, verified: null }];
        return { drafts, answer: () => drafts.length };
      });
    }
  }
  return closed;
}

/** What ends an escalation that a call could still come from; `null` if none can. */
function closing(past: Parameters<typeof holding.fold>[0], nowMs: number): Event | null {
  const { reviews, digest, decision, status, run } = holding.fold(past, null, nowMs);
  const approvals = reviews.filter((review) => review.verdict === "approve" && review.digest === digest);
  // Whoever can verify the reviews may see a grant where nobody here can.
  const isGranted = status === "approved" || approvals.length >= (decision.review?.quorum ?? 1);
  if (run !== null) return null;
  const types = isGranted ? (["revoke", "withdraw"] as const) : (["withdraw"] as const);
  for (const type of types) {
    const event = possible(() => holding.advance(past, null, { type, note: "imported" }, nowMs));
    if (event !== null) return event;
  }
  return null;
}
