/** `countersign history import`: an exported history into an empty store. */
import { holding } from "../../engines/full.js";
import { nowMs } from "../../env.js";
import { EscalationError } from "../../errors.js";
import type { Checkpoint, Entry, Event } from "../../lifecycle.js";
import { rebuildingIn } from "../../rebuilding.js";
import { sameJson } from "../../same.js";
import type { Store } from "../../stores/store.js";
import { eachStored, possible, writingTo } from "../../writing.js";
import { openInput } from "../input.js";
import type { Output } from "../output.js";
import { EXIT_FOUND, EXIT_OK, Problem, usageProblem, visible } from "../problem.js";
import { linesOf } from "./lines.js";
import { tell, verifyFile } from "./verify.js";

/** Verifies `file`, and writes its entries into `store` if all is well; before that, no store is made. It is read twice. */
export async function importHistory(
  file: string,
  store: Store,
  checkpoint: Checkpoint | null,
  output: Output,
): Promise<number> {
  if (file === "-") throw usageProblem("a history is read twice, so it cannot come from standard input", "history");
  const found = await verifyFile(file, checkpoint);
  const status = await tell(file, found, checkpoint !== null, output);
  if (status !== EXIT_OK) {
    await output.write("Nothing was imported.\n");
    return EXIT_FOUND;
  }
  if (found.isRedacted) throw redacted(file);
  const head = await store.head();
  if (head.size > 0) {
    throw new Problem("unwritable", `the store has ${head.size} entries already: a history goes into an empty one`);
  }
  const rebuilding = rebuildingIn(holding, store, head);
  try {
    for await (const line of linesOf(await openInput(file), () => undefined)) {
      if (!("entry" in line)) continue;
      await rebuilding.push([entryOf(line.entry, file)]);
    }
    const end = await rebuilding.finish();
    if (!sameJson(holding.checkpoint(end), found.report.checkpoint)) throw changed(file);
  } catch (error) {
    throw error instanceof EscalationError ? changed(file, error) : error;
  }
  await output.write(`imported ${found.report.entries} entries\n`);
  const closed = await closeOpen(store);
  if (closed > 0) {
    const calls = closed === 1 ? "1 call that was" : `${closed} calls that were`;
    await output.write(`closed ${calls} still open, with an entry each: nothing that was imported runs\n`);
  }
  if (checkpoint === null) {
    await output.write(
      "Whoever made the file could have made all of it: without a checkpoint that was kept elsewhere it is no evidence.\n",
    );
  }
  return EXIT_OK;
}

/**
 * Withdraws what is pending and revokes what is approved and was not run, and answers how many that were.
 *
 * Where the history comes from they may have run since it was exported, and would run here once more.
 */
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
function closing(past: readonly Entry[], nowMs: number): Event | null {
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

function entryOf(entry: object, file: string): Entry {
  if ("event" in entry) return entry as Entry;
  throw changed(file);
}

function redacted(file: string): Problem {
  const message = `\`${visible(file)}\` is redacted: what happened is not in it, so it cannot be imported`;
  return new Problem("unreadable", message);
}

function changed(file: string, cause?: unknown): Problem {
  const message = `\`${file}\` changed while it was read; the store holds a part of it and is of no use`;
  return new Problem("unreadable", message, "remove the store, and import once more", { cause });
}
