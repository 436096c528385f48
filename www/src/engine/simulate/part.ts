/** Decides a part of a file of recorded calls: some of its lines, whole. */

import { type ComparedLine, type ComparisonCounts, type Counts, createComparison, type Policy } from "countersign";
import type { Failure } from "../api.ts";
import { failure } from "../failure.ts";
import { type ChangesData, createChanges } from "./changes.ts";
import { createRows, type RowsData } from "./rows.ts";
import type { Slice } from "./run-parts.ts";

/** Some lines of a file. */
export interface Lines extends Slice {
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

/** How the decisions on some lines changed. Their numbers and places are counted from the first of them. */
export interface ComparedLines {
  readonly ok: true;
  readonly lines: number;
  readonly counts: ComparisonCounts;
  readonly changes: ChangesData;
}

const LINE_END = 10;

export async function decideLines(policy: Policy, lines: Lines): Promise<DecidedLines | Failure> {
  const { rowsMax } = lines;
  const simulation = policy.simulation();
  const rows = createRows(rowsMax);
  try {
    const read = await readLines(
      lines,
      (chunk, shift) => {
        if (rows.length < rowsMax) rows.addAll(simulation.push(chunk), shift);
        else simulation.count(chunk);
      },
      (shift) => {
        if (rows.length < rowsMax) rows.addAll(simulation.finish(), shift);
        else simulation.finishCount();
      },
    );
    return typeof read === "number" ? { ok: true, lines: read, counts: simulation.counts, rows: rows.data } : read;
  } finally {
    simulation.dispose();
  }
}

export async function compareLines(before: Policy, after: Policy, slice: Slice): Promise<ComparedLines | Failure> {
  const comparison = createComparison(before, after);
  const changes = createChanges();
  const add = (lines: readonly ComparedLine[], shift: number) => changes.addAll(lines, shift);
  try {
    const read = await readLines(
      slice,
      (chunk, shift) => add(comparison.push(chunk), shift),
      (shift) => add(comparison.finish(), shift),
    );
    if (typeof read !== "number") return read;
    return { ok: true, lines: read, counts: comparison.counts, changes: changes.data };
  } finally {
    comparison.dispose();
  }
}

/** Hands on the bytes of `slice` and says when they end; how many lines they are. */
async function readLines(
  { bytes, isFirst }: Slice,
  push: (chunk: Uint8Array, shift: number) => void,
  finish: (shift: number) => void,
): Promise<number | Failure> {
  // What is a byte order mark at the beginning of a file is none at that of another line: an empty one goes before.
  const before = isFirst ? 0 : 1;
  push(new Uint8Array(before).fill(LINE_END), -before);
  let lineEnds = 0;
  let last: number | undefined;
  try {
    const reader = bytes.stream().getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      push(read.value, -before);
      lineEnds += countLineEnds(read.value);
      last = read.value.at(-1) ?? last;
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return failure("unreadable", `the file could not be read further: ${error.message}`);
  }
  finish(-before);
  const hasOpenLine = last !== undefined && last !== LINE_END;
  return lineEnds + (hasOpenLine ? 1 : 0);
}

function countLineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count += 1;
  return count;
}
