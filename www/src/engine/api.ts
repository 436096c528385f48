/** What the page asks of the engine's worker, and what comes back: plain data only. */

import type {
  Action,
  Call,
  Counts,
  Decision,
  Diagnostic,
  Digest,
  EscalationRecord,
  LineError,
  PolicySummary,
  Token,
  Trace,
  Verdict,
} from "countersign";
import type { Place } from "../place.ts";

/** An operation that did not happen. Expected failures are returned; only faults of the engine are thrown. */
export interface Failure {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
}

/** A policy that decides. */
export interface InForce {
  readonly digest: Digest;
  readonly policies: readonly PolicySummary[];
}

/** What the engine says about a policy text. */
export interface Checked {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly tokens: readonly Token[];
  /** `null` if the text has errors: then nothing is decided. */
  readonly policy: InForce | null;
}

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

export type Queued = EscalationRecord;

/** An escalation whose record makes no sense. It cannot be reviewed. */
export interface Damaged {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

/** A part of the review queue: pending first, then closed, the newest first within. */
export interface QueuePage {
  readonly ok: true;
  readonly items: readonly Queued[];
  readonly damaged: readonly Damaged[];
  /** Where the next part begins; `null` at the end. */
  readonly next: QueueCursor | null;
}

/** One escalation as the store has it now. */
export interface Shown {
  readonly ok: true;
  readonly escalation: Queued;
  /** What else it waits for; `null` if that could not be asked. */
  readonly waits: Waits | null;
  /** Whether a guard holds it; what none holds is only tried, and nothing ever runs it. */
  readonly isGuarded: boolean;
}

/** What a call waits for beside its own answer. */
export interface Waits {
  /** How many others of its batch wait for an answer; `null` if it is in no batch. */
  readonly batch: number | null;
  /** Whether it was approved and its agent is paused. */
  readonly paused: boolean;
}

export interface QueueCursor {
  readonly part: "pending" | "closed";
  readonly after: string | null;
}

/** A reviewer's answer to the call with this digest. */
export interface Answer {
  readonly verdict: Verdict;
  readonly note: string;
  readonly digest: Digest;
  /** What the reviewer typed for the fields that have to be confirmed. */
  readonly confirmed: Readonly<Record<string, string>>;
  /** How long the call was on screen, in milliseconds. */
  readonly shownMs: number;
}

/**
 * The engine as the page sees it.
 *
 * Where a `digest` is asked for, it is that of the policy that the page shows as in force;
 * if the worker holds another one it decides nothing.
 */
export interface EngineApi {
  /**
   * Loads the engine, and says where the held calls are. Throws if it cannot be loaded.
   * `onServer` hears why the server there does not answer, and `null` once it does.
   */
  load(place: Place, onServer: (trouble: string | null) => void): Promise<void>;
  /** Checks a text and puts its policy in force, or none if it has errors. */
  check(text: string): Promise<Checked>;
  /** Says what is wrong with a file that is no text; changes nothing. */
  checkFile(name: string, bytes: Uint8Array): Promise<string>;
  trace(callText: string, digest: Digest): Promise<Traced | Failure>;
  escalate(callText: string, digest: Digest): Promise<Opened | Failure>;

  decideFile(file: File, digest: Digest, onProgress: (progress: FileProgress) => void): Promise<FileEnd>;
  cancelFile(): Promise<void>;
  fileRows(filter: RowFilter, from: number, count: number): Promise<FileRows>;
  fileLine(index: number): Promise<FileLine | Failure>;
  escalateLine(index: number): Promise<Opened | Failure>;

  queuePage(cursor: QueueCursor | null): Promise<QueuePage | Failure>;
  readEscalation(id: string): Promise<Shown | Failure>;
  review(id: string, answer: Answer): Promise<Shown | Failure>;
  /** Takes an approval back whose call has not run yet. */
  undo(id: string): Promise<Shown | Failure>;
}
