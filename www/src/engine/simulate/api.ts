/** What the page asks about calls under the policy in force, and what comes back. */

import type { Action, Call, Counts, Decision, Digest, LineError, Trace } from "countersign";
import type { Failure } from "../api.ts";

/** A call and how the policy decided it. */
export interface Traced {
  readonly ok: true;
  readonly call: Call;
  readonly trace: Trace;
}

export interface Opened {
  readonly ok: true;
  readonly id: string;
}

/** How far the decisions of a file have come. */
export interface FileProgress {
  readonly bytes: number;
  readonly lines: number;
  readonly counts: Counts;
  /** How many rows the table can show; less than the lines where there are blank lines or too many lines. */
  readonly rows: number;
}

export type FileEnd = (FileProgress & { readonly ok: true; readonly cancelled: boolean }) | Failure;

/** Which rows of a decided file: an action, the lines with errors, or all. */
export type RowFilter = "all" | "error" | Action;

/** One decided line of a file. Exactly one of `decision` and `error` is there. */
export interface FileRow {
  readonly index: number;
  readonly line: number;
  readonly tool: string | null;
  readonly decision: Decision | null;
  readonly error: LineError | null;
}

export interface FileRows {
  readonly rows: readonly FileRow[];
  readonly total: number;
}

/** One line of a decided file, read again from the disk. */
export interface FileLine {
  readonly ok: true;
  readonly text: string;
  readonly traced: Traced | Failure;
}

/**
 * Where a `digest` is asked for, it is that of the policy that the page shows as in force;
 * if the worker holds another one it decides nothing.
 */
export interface SimulateApi {
  trace(callText: string, digest: Digest): Promise<Traced | Failure>;
  escalate(callText: string, digest: Digest): Promise<Opened | Failure>;

  decideFile(file: File, digest: Digest, onProgress: (progress: FileProgress) => void): Promise<FileEnd>;
  cancelFile(): Promise<void>;
  fileRows(filter: RowFilter, from: number, count: number): Promise<FileRows>;
  fileLine(index: number): Promise<FileLine | Failure>;
  escalateLine(index: number): Promise<Opened | Failure>;
}
