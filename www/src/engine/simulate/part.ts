/** Decides a part of a file of recorded calls: some of its lines, whole. */

import type { Counts, Policy } from "countersign";
import type { Failure } from "../api.ts";
import { failure } from "../failure.ts";
import { createRows, type RowsData } from "./rows.ts";

/** Some lines of a file. */
export interface Lines {
  readonly bytes: Blob;
  /** Whether they are its first. */
  readonly isFirst: boolean;
  /** So many rows are wanted of them; they are counted in any case. */
  readonly rowsMax: number;
}

/** What became of some lines. Their numbers and places are counted from the first of them. */
export interface DecidedLines {
  readonly ok: true;
  readonly lines: number;
  readonly counts: Counts;
  readonly rows: RowsData;
}

const LINE_END = 10;

export async function decideLines(policy: Policy, lines: Lines): Promise<DecidedLines | Failure> {
  const { bytes, isFirst, rowsMax } = lines;
  const simulation = policy.simulation();
  // What is a byte order mark at the beginning of a file is none at that of another line: an empty one goes before.
  const before = isFirst ? 0 : 1;
  simulation.count(new Uint8Array(before).fill(LINE_END));
  const rows = createRows(rowsMax);
  let lineEnds = 0;
  let last: number | undefined;
  try {
    const reader = bytes.stream().getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (rows.length < rowsMax) rows.addAll(simulation.push(read.value), -before);
      else simulation.count(read.value);
      lineEnds += countLineEnds(read.value);
      last = read.value.at(-1) ?? last;
    }
    if (rows.length < rowsMax) rows.addAll(simulation.finish(), -before);
    else simulation.finishCount();
    const hasOpenLine = last !== undefined && last !== LINE_END;
    return { ok: true, lines: lineEnds + (hasOpenLine ? 1 : 0), counts: simulation.counts, rows: rows.data };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return failure("unreadable", `the file could not be read further: ${error.message}`);
  } finally {
    simulation.dispose();
  }
}

function countLineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count += 1;
  return count;
}
