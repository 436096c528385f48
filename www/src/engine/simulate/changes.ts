/** The lines of a file whose decision changed, the worst first, kept compactly. */

import { CHANGES, type ComparedLine, type Decision, type LineError, type TermChange } from "countersign";
import type { ChangedRow, ChangedRows, ChangeQuery, Place } from "./api.ts";
import { createTable } from "./table.ts";

/** So many lines of each kind of change are kept; counts go on. */
export const CHANGED_MAX = 100_000;

/** What many lines share. */
interface Shared {
  readonly before: Decision | null;
  readonly after: Decision | null;
  readonly terms: readonly TermChange[];
  readonly error: LineError | null;
}

/** A line as four numbers: its own, where it stands, how long it is; then its places in the tables. */
interface Kept {
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  readonly tool: number;
  readonly shared: number;
}

/** Plain data: the lines of each kind, and tables of what many share. */
export interface ChangesData {
  readonly byKind: readonly (readonly Kept[])[];
  readonly tools: readonly (string | null)[];
  readonly shared: readonly Shared[];
}

export interface Changes {
  readonly data: ChangesData;
  /** Adds lines, the numbers and places of which are off by `shift`. */
  addAll(lines: readonly ComparedLine[], shift: number): void;
  /** Adds lines that are counted from one that is at `before`. */
  append(data: ChangesData, before: { readonly lines: number; readonly bytes: number }): void;
  page(query: ChangeQuery, from: number, count: number): ChangedRows;
  place(index: number): Place | null;
}

/** Lines that are no calls come last. */
const KINDS = [...CHANGES, "error"] as const;

export function createChanges(): Changes {
  const byKind: Kept[][] = KINDS.map(() => []);
  const tools = createTable<string | null>();
  const shared = createTable<Shared>();

  const putTool = (tool: string | null) => tools.put(tool ?? "\0", tool);
  const putShared = (each: Shared) => shared.put(sharedKey(each), each);

  function add(kind: number, kept: Kept): void {
    const list = byKind[kind];
    if (list !== undefined && list.length < CHANGED_MAX) list.push(kept);
  }

  /** A row's index says its kind and its place among those. */
  function row(kind: number, at: number): ChangedRow | null {
    const kept = byKind[kind]?.[at];
    const about = kept === undefined ? undefined : shared.get(kept.shared);
    if (kept === undefined || about === undefined) return null;
    const change = CHANGES[kind] ?? null;
    const tool = tools.get(kept.tool) ?? null;
    return { index: kind * CHANGED_MAX + at, line: kept.line, tool, change, ...about };
  }

  return {
    data: { byKind, tools: tools.values, shared: shared.values },

    addAll(lines, shift) {
      for (const { line, offset, length, tool, change, terms, before, after, error } of lines) {
        const kind = change === null ? CHANGES.length : CHANGES.indexOf(change);
        const about = putShared({ before, after, terms, error });
        add(kind, { line: line + shift, offset: offset + shift, length, tool: putTool(tool), shared: about });
      }
    },

    append(data, before) {
      const toolAt = data.tools.map(putTool);
      const sharedAt = data.shared.map(putShared);
      for (const [kind, lines] of data.byKind.entries()) {
        for (const { line, offset, length, tool, shared } of lines) {
          add(kind, {
            line: line + before.lines,
            offset: offset + before.bytes,
            length,
            tool: toolAt[tool] ?? 0,
            shared: sharedAt[shared] ?? 0,
          });
        }
      }
    },

    page({ change, search }, from, count) {
      const kinds = [...KINDS.keys()].filter((kind) => change === "all" || KINDS[kind] === change);
      const wanted = search.toLowerCase();
      const hasTool = tools.values.map((tool) => (tool ?? "").toLowerCase().includes(wanted));
      const hasRule = shared.values.map(({ before, after }) =>
        [before?.rule, after?.rule].some((rule) => rule?.toLowerCase().includes(wanted)),
      );
      const rows: ChangedRow[] = [];
      let total = 0;
      for (const kind of kinds) {
        for (const [at, kept] of (byKind[kind] ?? []).entries()) {
          if (wanted !== "" && !hasTool[kept.tool] && !hasRule[kept.shared]) continue;
          if (total >= from && rows.length < count) rows.push(...[row(kind, at)].filter((each) => each !== null));
          total += 1;
        }
      }
      return { rows, total };
    },

    place(index) {
      const kept = byKind[Math.floor(index / CHANGED_MAX)]?.[index % CHANGED_MAX];
      return kept === undefined ? null : { line: kept.line, offset: kept.offset, length: kept.length };
    },
  };
}

function sharedKey({ before, after, terms, error }: Shared): string {
  const of = (decision: Decision | null) =>
    decision && [decision.action, decision.policy, decision.rule, decision.cause, decision.reason];
  return JSON.stringify([of(before), of(after), terms, error]);
}
