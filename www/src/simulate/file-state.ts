/** The file of recorded calls that was opened last: how far its decisions are, and which rows are looked at. */

import { effect, signal } from "@preact/signals";
import type { Digest } from "countersign";
import type { Failure } from "../engine/api.ts";
import { ask, callback, engine } from "../engine/client.ts";
import type { FileLine, FileProgress, FileRows, RowQuery } from "../engine/simulate/api.ts";
import { policyStatus } from "../policy/state.ts";

export const PAGE_ROWS = 100;

export interface FileState {
  /** Counts the files that were opened. */
  readonly serial: number;
  readonly chosen: File;
  readonly name: string;
  readonly size: number;
  /** The policy text that decides it, and the digest of its policy. */
  readonly policyText: string;
  readonly digest: Digest;
  readonly stage: "running" | "done" | "cancelled" | "failed";
  /** Why it failed. */
  readonly message: string | null;
  readonly progress: FileProgress | null;
}

/** A row that was clicked, and its line as it stands in the file; `null` until it is read. */
export interface OpenedLine {
  readonly index: number;
  readonly line: FileLine | Failure | null;
}

const NO_ROWS: FileRows = { rows: [], total: 0 };

export const file = signal<FileState | null>(null);
const ALL: RowQuery = { filter: "all", search: "", rule: null };

export const query = signal<RowQuery>(ALL);
/** Counted from 0. */
export const page = signal(0);
export const rows = signal<FileRows>(NO_ROWS);
export const opened = signal<OpenedLine | null>(null);

/** Decides `chosen`, line by line, under the policy in force. */
export async function decideFile(chosen: File): Promise<void> {
  const status = policyStatus.value;
  if (status.state !== "in-force") return;
  const serial = (file.value?.serial ?? 0) + 1;
  file.value = {
    serial,
    chosen,
    name: chosen.name,
    size: chosen.size,
    policyText: status.text,
    digest: status.policy.digest,
    stage: "running",
    message: null,
    progress: null,
  };
  rows.value = NO_ROWS;
  choose(ALL);
  const onProgress = callback((progress: FileProgress) => {
    if (file.value?.stage === "running") update(serial, { progress });
  });
  try {
    const end = await ask((api) => api.decideFile(chosen, status.policy.digest, onProgress), true);
    if (end.ok) update(serial, { stage: end.cancelled ? "cancelled" : "done", progress: end });
    else update(serial, { stage: "failed", message: end.message });
  } catch {
    // What was decided so far went with the engine.
    update(serial, { stage: "failed", message: "the engine stopped", progress: null });
  }
}

export async function cancelFile(): Promise<void> {
  await ask((api) => api.cancelFile()).catch(gone);
}

/** Shows the rows that pass, from the first. */
export function choose(next: Partial<RowQuery>): void {
  query.value = { ...query.value, ...next };
  page.value = 0;
  opened.value = null;
}

/** Reads the line of a row again and shows it. */
export async function openRow(index: number): Promise<void> {
  opened.value = { index, line: null };
  const line = await ask((api) => api.fileLine(index)).catch(gone);
  if (line !== undefined && opened.value?.index === index) opened.value = { index, line };
}

/** Reads the shown page of rows whenever it may have changed. */
export function followRows(): () => void {
  return effect(() => {
    const shown = file.value;
    if (engine.value.state !== "ready" || shown?.progress === null) {
      rows.value = NO_ROWS;
      return;
    }
    if (shown !== null) readRows(query.value, page.value);
  });
}

async function readRows(of: RowQuery, at: number): Promise<void> {
  const found = await ask((api) => api.fileRows(of, at * PAGE_ROWS, PAGE_ROWS)).catch(gone);
  if (found !== undefined && query.value === of && page.value === at) rows.value = found;
}

function update(serial: number, change: Partial<FileState>): void {
  if (file.value?.serial === serial) file.value = { ...file.value, ...change };
}

/** The engine is gone; the notice above says so. */
function gone(): undefined {
  return undefined;
}
