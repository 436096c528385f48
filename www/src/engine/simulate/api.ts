/** What the page asks about calls under the policy in force, and what comes back. */

import type {
  Action,
  Call,
  Change,
  ComparisonCounts,
  Counts,
  Decision,
  Digest,
  Fix,
  LineError,
  NewPolicyTest,
  RuleCount,
  TermChange,
  ToolForm,
  Trace,
  Widening,
  Written,
} from "countersign";
import type { Failure } from "../api.ts";

/** A call and how the policy decided it. */
export interface Traced {
  readonly ok: true;
  readonly call: Call;
  readonly trace: Trace;
  /** What would be allowed instead of a call that escalates, such as `would be allowed for example if args.amount were 25`. */
  readonly instead: readonly Written[];
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

/** Which rows are wanted. */
export interface RowQuery {
  readonly filter: RowFilter;
  /** A part of the name of the tool or rule, in any case; empty for all. */
  readonly search: string;
  /** Who decided; `null` for anybody. */
  readonly rule: Pick<RuleCount, "policy" | "rule" | "action" | "misfit"> | null;
}

/** Where the bytes of a line stand in the file. */
export interface Place {
  readonly line: number;
  readonly offset: number;
  readonly length: number;
}

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

/** A policy that another is compared with. */
export interface OtherPolicy {
  /** What it is called, such as a file's name. */
  readonly name: string;
  readonly text: string | Uint8Array;
}

/** How far a comparison has come. */
export interface ComparisonProgress {
  readonly bytes: number;
  readonly lines: number;
  readonly counts: ComparisonCounts;
}

export type ComparisonEnd = (ComparisonProgress & { readonly ok: true; readonly cancelled: boolean }) | Failure;

/** Which changes are wanted: of one kind, the lines that are no calls, or all. */
export interface ChangeQuery {
  readonly change: "all" | "error" | Change;
  /** A part of the name of the tool or of one of the rules, in any case; empty for all. */
  readonly search: string;
}

/** One line whose decision changed, or that is no call. */
export interface ChangedRow {
  readonly index: number;
  readonly line: number;
  readonly tool: string | null;
  readonly change: Change | null;
  readonly terms: readonly TermChange[];
  readonly before: Decision | null;
  readonly after: Decision | null;
  readonly error: LineError | null;
}

export interface ChangedRows {
  readonly rows: readonly ChangedRow[];
  readonly total: number;
}

/** One compared line, read again from the disk and decided by both. */
export interface ComparedLineText {
  readonly ok: true;
  readonly text: string;
  readonly before: Traced | Failure;
  readonly after: Traced | Failure;
}

/** What a change widens; `null` if it was cancelled. */
export type WideningEnd = { readonly ok: true; readonly widening: Widening | null } | Failure;

/** A tool catalogue as somebody gave it. */
export interface Tools {
  /** What it is called, such as a file's name. */
  readonly name: string;
  readonly text: string;
}

/** What is in a tool catalogue; `forms` is `null` if it cannot be used, and `rendered` says why. */
export interface ReadTools {
  readonly forms: readonly ToolForm[] | null;
  /** Problems and warnings with carets; empty if there are none. */
  readonly rendered: string;
}

export interface Added {
  readonly ok: true;
  readonly fix: Fix;
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
  fileRows(query: RowQuery, from: number, count: number): Promise<FileRows>;
  fileLine(index: number): Promise<FileLine | Failure>;
  escalateLine(index: number): Promise<Opened | Failure>;

  /** Compares how `before` and the policy in force decide the calls of a file. */
  compareFile(
    file: File,
    before: OtherPolicy,
    digest: Digest,
    onProgress: (progress: ComparisonProgress) => void,
  ): Promise<ComparisonEnd>;
  cancelComparison(): Promise<void>;
  changedRows(query: ChangeQuery, from: number, count: number): Promise<ChangedRows>;
  changedLine(index: number): Promise<ComparedLineText | Failure>;

  /** Tells, without calls, what of the policy in force is looser than `before`. */
  tellWidening(before: OtherPolicy, digest: Digest): Promise<WideningEnd>;
  cancelWidening(): Promise<void>;

  /** Reads a catalogue; changes nothing. */
  readTools(name: string, text: string | Uint8Array): Promise<ReadTools>;
  /** The change that adds a test to a policy's text. */
  addTest(policyText: string, test: NewPolicyTest): Promise<Added | Failure>;
}
