/** The decided lines of a file, kept compactly: a million rows stay in tens of megabytes. */

import type { Decision, LineError, SimulatedLine } from "countersign";
import type { FileRow, FileRows, Place, RowFilter, RowQuery } from "./api.ts";
import { createTable } from "./table.ts";

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
  page(query: RowQuery, from: number, count: number): FileRows;
  /** Where the bytes of a row stand in the file. */
  place(index: number): Place | null;
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

  let last: { readonly key: string; readonly rows: readonly number[] } | null = null;

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

  /** The rows that a query wants, which is looked for once; `null` for all. */
  function found({ filter, search, rule }: RowQuery): readonly number[] | null {
    const ofKind = filter === "all" ? null : byKind[filter];
    if (search === "" && rule === null) return ofKind;
    const key = JSON.stringify([lines.length, filter, search, rule]);
    if (last?.key === key) return last.rows;
    const wanted = search.toLowerCase();
    const isTool = tools.values.map((tool) => (tool ?? "").toLowerCase().includes(wanted));
    const isRule = outcomes.values.map(({ decision }) => decision?.rule?.toLowerCase().includes(wanted) ?? false);
    const isOfRule = outcomes.values.map(
      ({ decision }) => rule === null || (decision !== null && decides(rule, decision)),
    );
    const rows: number[] = [];
    const count = ofKind?.length ?? lines.length;
    for (let at = 0; at < count; at += 1) {
      const index = ofKind?.[at] ?? at;
      const [tool, outcome] = [toolOf[index] ?? 0, outcomeOf[index] ?? 0];
      if (isOfRule[outcome] && (isTool[tool] || isRule[outcome])) rows.push(index);
    }
    last = { key, rows };
    return rows;
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

    page(query, from, count) {
      const chosen = found(query);
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

/** Whether it was `rule` that made `decision`. */
function decides(rule: NonNullable<RowQuery["rule"]>, decision: Decision): boolean {
  return (
    decision.rule === rule.rule &&
    decision.policy === rule.policy &&
    decision.action === rule.action &&
    (decision.cause === "misfit") === rule.misfit
  );
}

function outcomeKey({ decision, error }: Outcome): string {
  return JSON.stringify(
    decision === null
      ? [error.code, error.message]
      : [decision.action, decision.policy, decision.rule, decision.cause, decision.reason],
  );
}
