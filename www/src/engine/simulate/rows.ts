/** The decided lines of a file, kept compactly: a million rows stay in tens of megabytes. */

import type { Decision, LineError, SimulatedLine } from "countersign";
import type { FileRow, FileRows, RowFilter } from "./api.ts";

/** The table keeps this many rows; counts go on. */
export const ROWS_MAX = 1_000_000;

export type Outcome =
  | { readonly decision: Decision; readonly error: null }
  | { readonly decision: null; readonly error: LineError };

/** Rows as plain data: columns, and tables of what many rows share. */
export interface RowsData {
  readonly lines: readonly number[];
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
  readonly toolOf: readonly number[];
  readonly outcomeOf: readonly number[];
  readonly tools: readonly (string | null)[];
  readonly outcomes: readonly Outcome[];
}

export interface Rows {
  readonly length: number;
  readonly data: RowsData;
  /** Adds lines, the numbers and places of which are off by `shift`. */
  addAll(lines: readonly SimulatedLine[], shift: number): void;
  /** Adds rows that are counted from a line, which is at `before`. */
  append(rows: RowsData, before: { readonly lines: number; readonly bytes: number }): void;
  page(filter: RowFilter, from: number, count: number): FileRows;
  /** Where the bytes of a row stand in the file. */
  place(index: number): { readonly offset: number; readonly length: number; readonly line: number } | null;
}

/** Keeps the first `rowsMax` rows. */
export function createRows(rowsMax: number = ROWS_MAX): Rows {
  const lines: number[] = [];
  const offsets: number[] = [];
  const lengths: number[] = [];
  const toolOf: number[] = [];
  const outcomeOf: number[] = [];
  const tools = createTable<string | null>();
  const outcomes = createTable<Outcome>();
  const byKind = { error: [], allow: [], escalate: [], block: [] } as Record<Exclude<RowFilter, "all">, number[]>;

  function add(line: number, offset: number, length: number, tool: number, outcome: number): void {
    if (lines.length >= rowsMax) return;
    byKind[outcomes.values[outcome]?.decision?.action ?? "error"].push(lines.length);
    lines.push(line);
    offsets.push(offset);
    lengths.push(length);
    toolOf.push(tool);
    outcomeOf.push(outcome);
  }

  const putTool = (tool: string | null) => tools.put(tool ?? "\0", tool);
  const putOutcome = (outcome: Outcome) => outcomes.put(outcomeKey(outcome), outcome);

  function row(index: number): FileRow {
    const outcome = outcomes.get(outcomeOf[index]);
    return {
      index,
      line: lines[index] ?? 0,
      tool: tools.get(toolOf[index]) ?? null,
      decision: outcome?.decision ?? null,
      error: outcome?.error ?? null,
    };
  }

  return {
    get length() {
      return lines.length;
    },

    data: { lines, offsets, lengths, toolOf, outcomeOf, tools: tools.values, outcomes: outcomes.values },

    addAll(added, shift) {
      for (const { line, offset, length, tool, decision, error } of added) {
        if (decision !== null) {
          add(line + shift, offset + shift, length, putTool(tool), putOutcome({ decision, error: null }));
        } else if (error !== null) {
          add(line + shift, offset + shift, length, putTool(tool), putOutcome({ decision: null, error }));
        }
      }
    },

    append(rows, before) {
      const toolAt = rows.tools.map(putTool);
      const outcomeAt = rows.outcomes.map(putOutcome);
      for (const [at, line] of rows.lines.entries()) {
        const offset = (rows.offsets[at] ?? 0) + before.bytes;
        const tool = toolAt[rows.toolOf[at] ?? 0] ?? 0;
        const outcome = outcomeAt[rows.outcomeOf[at] ?? 0] ?? 0;
        add(line + before.lines, offset, rows.lengths[at] ?? 0, tool, outcome);
      }
    },

    page(filter, from, count) {
      const chosen = filter === "all" ? null : byKind[filter];
      const total = chosen === null ? lines.length : chosen.length;
      const rows: FileRow[] = [];
      for (let at = from; at < Math.min(from + count, total); at += 1) rows.push(row(chosen?.[at] ?? at));
      return { rows, total };
    },

    place(index) {
      const [line, offset, length] = [lines[index], offsets[index], lengths[index]];
      if (line === undefined || offset === undefined || length === undefined) return null;
      return { line, offset, length };
    },
  };
}

interface Table<T> {
  readonly values: readonly T[];
  put(key: string, value: T): number;
  get(at: number | undefined): T | undefined;
}

/** Keeps equal values once. */
function createTable<T>(): Table<T> {
  const numbers = new Map<string, number>();
  const values: T[] = [];
  return {
    values,
    put(key, value) {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, values.length);
      return values.push(value) - 1;
    },
    get: (at) => (at === undefined ? undefined : values[at]),
  };
}

function outcomeKey({ decision, error }: Outcome): string {
  return JSON.stringify(
    decision === null
      ? [error.code, error.message]
      : [decision.action, decision.policy, decision.rule, decision.cause, decision.reason],
  );
}
