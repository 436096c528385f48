/** The decided lines of a file, kept compactly: a million rows stay in tens of megabytes. */

import type { Decision, LineError, SimulatedLine } from "countersign";
import type { FileRow, FileRows, RowFilter } from "./api.ts";

/** The table keeps this many rows; counts go on. */
export const ROWS_MAX = 1_000_000;

type Outcome =
  | { readonly decision: Decision; readonly error: null }
  | { readonly decision: null; readonly error: LineError };

export interface Rows {
  readonly length: number;
  add(line: SimulatedLine): void;
  page(filter: RowFilter, from: number, count: number): FileRows;
  /** Where the bytes of a row stand in the file. */
  place(index: number): { readonly offset: number; readonly length: number; readonly line: number } | null;
}

export function createRows(): Rows {
  const lines: number[] = [];
  const offsets: number[] = [];
  const lengths: number[] = [];
  const toolOf: number[] = [];
  const outcomeOf: number[] = [];
  const tools = createTable<string | null>();
  const outcomes = createTable<Outcome>();
  const byKind = { error: [], allow: [], escalate: [], block: [] } as Record<Exclude<RowFilter, "all">, number[]>;

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

    add({ line, offset, length, tool, decision, error }) {
      if (lines.length >= ROWS_MAX) return;
      const outcome = decision !== null ? { decision, error: null } : error !== null ? { decision: null, error } : null;
      if (outcome === null) return;
      byKind[outcome.decision?.action ?? "error"].push(lines.length);
      lines.push(line);
      offsets.push(offset);
      lengths.push(length);
      toolOf.push(tools.put(tool ?? "\0", tool));
      outcomeOf.push(outcomes.put(outcomeKey(outcome), outcome));
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
  put(key: string, value: T): number;
  get(at: number | undefined): T | undefined;
}

/** Keeps equal values once. */
function createTable<T>(): Table<T> {
  const numbers = new Map<string, number>();
  const values: T[] = [];
  return {
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
