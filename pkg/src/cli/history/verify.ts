/** `countersign history verify`: is this history whole, and is it the one of the checkpoint? */
import { besideProblems } from "../../beside.js";
import { holding } from "../../engines/full.js";
import { nowMs } from "../../env.js";
import { verifyHistoryText } from "../../history-text.js";
import type { Checkpoint, HistoryReport } from "../../lifecycle.js";
import type { Store } from "../../stores/store.js";
import { PROBLEMS_MAX, verifyHistory } from "../../verifying.js";
import { openInput } from "../input.js";
import type { Output } from "../output.js";
import { EXIT_FOUND, EXIT_OK, visible } from "../problem.js";
import { progressOf } from "../progress.js";
import { unreadable } from "./lines.js";

/** What was found in a history. */
export interface Verified {
  readonly report: HistoryReport;
  /** Of the lines of the file, and of what the store says beside its entries. */
  readonly more: readonly string[];
  /** Whether what happened is left out of any of its entries. */
  readonly isRedacted: boolean;
}

/** Verifies the history in `file`, against `checkpoint` if there is one, and its last line against the rest. */
export async function verifyFile(file: string, checkpoint: Checkpoint | null): Promise<Verified> {
  const input = await openInput(file);
  const progress = progressOf(input, nowMs);
  try {
    const onProgress = (bytes: number, entries: number) =>
      progress.advance(bytes, () => ({ calls: entries, errors: 0 }));
    const { report, lines, isRedacted } = await verifyHistoryText(input.chunks, { checkpoint, onProgress });
    return { report, more: lines, isRedacted };
  } catch (error) {
    throw unreadable(error, input.name);
  } finally {
    progress.end();
  }
}

/** Verifies the history in `store` against `checkpoint`, if there is one, and what the store keeps beside it. */
export async function verifyStore(store: Store, checkpoint: Checkpoint | null): Promise<Verified> {
  const report = await verifyHistory(store, { checkpoint });
  // What is made of entries that are not whole would say nothing.
  const more = report.problems.length === 0 ? await besideProblems(holding, store, PROBLEMS_MAX) : [];
  return { report, more, isRedacted: false };
}

/** Prints what was found and answers the exit status. `isKept` says whether the checkpoint was kept elsewhere. */
export async function tell(name: string, { report, more }: Verified, isKept: boolean, output: Output): Promise<number> {
  const { entries, problems, checkpoint } = report;
  const lines = problems.map(({ seq, kind, message }) => `entry ${seq}: ${kind}: ${visible(message)}\n`);
  lines.push(...more.map((message) => `${visible(message)}\n`));
  const found = problems.length + more.length;
  const counted = `${entries} ${entries === 1 ? "entry" : "entries"}`;
  if (found > 0) {
    const many = `${found}${problems.length >= PROBLEMS_MAX ? " or more" : ""} ${found === 1 ? "problem" : "problems"}`;
    await output.write(`${lines.join("")}${visible(name)}: ${many} in ${counted}\n`);
    return EXIT_FOUND;
  }
  const end = checkpoint === null ? "" : `, root ${checkpoint.root}`;
  await output.write(`${visible(name)}: ok, ${counted}${end}\n`);
  if (!isKept) {
    await output.write(
      "No checkpoint kept elsewhere was given (`--checkpoint FILE`), so what cannot be seen is whether the history was\n" +
        "cut short at its end, or written anew as a whole.\n",
    );
  }
  return EXIT_OK;
}
