/** The comparison that was made last: how far it is, what changed, and which changes are looked at. */

import { effect, signal } from "@preact/signals";
import type { Digest } from "countersign";
import type { Failure } from "../engine/api.ts";
import { ask, callback, engine } from "../engine/client.ts";
import type {
  ChangedRow,
  ChangedRows,
  ChangeQuery,
  ComparedLineText,
  ComparisonProgress,
  OtherPolicy,
} from "../engine/simulate/api.ts";
import { policyStatus } from "../policy/state.ts";

export const PAGE_ROWS = 100;

export interface ComparisonState {
  /** Counts the comparisons that were begun. */
  readonly serial: number;
  readonly fileName: string;
  readonly size: number;
  /** What the policy before is called, and its text. */
  readonly before: string;
  readonly beforeText: string;
  /** The text of the policy after, and its digest. */
  readonly afterText: string;
  readonly digest: Digest;
  readonly stage: "running" | "done" | "cancelled" | "failed";
  /** Why it failed; may be several lines. */
  readonly message: string | null;
  readonly progress: ComparisonProgress | null;
}

export interface OpenedChange {
  readonly row: ChangedRow;
  readonly line: ComparedLineText | Failure | null;
}

const ALL: ChangeQuery = { change: "all", search: "" };
const NO_ROWS: ChangedRows = { rows: [], total: 0 };

export const comparison = signal<ComparisonState | null>(null);
export const query = signal<ChangeQuery>(ALL);
/** Counted from 0. */
export const page = signal(0);
export const rows = signal<ChangedRows>(NO_ROWS);
export const opened = signal<OpenedChange | null>(null);

/** Compares how `before` and the policy in force decide the calls of `chosen`. */
export async function compareFile(chosen: File, before: OtherPolicy): Promise<void> {
  const status = policyStatus.value;
  if (status.state !== "in-force") return;
  const serial = (comparison.value?.serial ?? 0) + 1;
  comparison.value = {
    serial,
    fileName: chosen.name,
    size: chosen.size,
    before: before.name,
    beforeText: typeof before.text === "string" ? before.text : new TextDecoder().decode(before.text),
    afterText: status.text,
    digest: status.policy.digest,
    stage: "running",
    message: null,
    progress: null,
  };
  rows.value = NO_ROWS;
  choose(ALL);
  const onProgress = callback((progress: ComparisonProgress) => {
    if (comparison.value?.stage === "running") update(serial, { progress });
  });
  try {
    const end = await ask((api) => api.compareFile(chosen, before, status.policy.digest, onProgress), true);
    if (end.ok) update(serial, { stage: end.cancelled ? "cancelled" : "done", progress: end });
    else update(serial, { stage: "failed", message: end.message });
  } catch {
    // What was compared so far went with the engine.
    update(serial, { stage: "failed", message: "the engine stopped", progress: null });
  }
}

export async function cancelComparison(): Promise<void> {
  await ask((api) => api.cancelComparison()).catch(gone);
}

/** Shows the changes that pass, from the worst. */
export function choose(next: Partial<ChangeQuery>): void {
  query.value = { ...query.value, ...next };
  page.value = 0;
  opened.value = null;
}

/** Reads the line of a row again and shows it under both policies. */
export async function openRow(row: ChangedRow): Promise<void> {
  opened.value = { row, line: null };
  const line = await ask((api) => api.changedLine(row.index)).catch(gone);
  if (line !== undefined && opened.value?.row.index === row.index) opened.value = { row, line };
}

/** Reads the shown page of changes whenever it may have changed. */
export function followChanges(): () => void {
  return effect(() => {
    const shown = comparison.value;
    if (engine.value.state !== "ready" || shown === null || shown.progress === null) {
      rows.value = NO_ROWS;
      return;
    }
    readRows(query.value, page.value);
  });
}

async function readRows(of: ChangeQuery, at: number): Promise<void> {
  const found = await ask((api) => api.changedRows(of, at * PAGE_ROWS, PAGE_ROWS)).catch(gone);
  if (found !== undefined && query.value === of && page.value === at) rows.value = found;
}

function update(serial: number, change: Partial<ComparisonState>): void {
  if (comparison.value?.serial === serial) comparison.value = { ...comparison.value, ...change };
}

/** The engine is gone; the notice above says so. */
function gone(): undefined {
  return undefined;
}
