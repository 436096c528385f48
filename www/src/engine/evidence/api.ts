/** What the page asks about what reviewers did, and what comes back. */

import type {
  BottleneckReport,
  CalibrationReport,
  Checkpoint,
  Entry,
  EventType,
  HistoryReport,
  HourSummary,
  Interval,
  RuleSummary,
} from "countersign";
import type { Failure } from "../api.ts";
import type { AttentionReport, AttentionSettings } from "../attention/api.ts";

/** Long work that can be stopped; what was asked for is then answered with the failure `stopped`. */
export type Work = "evidence" | "search" | "verify" | "export" | "file" | "import" | "calibrate" | "save";

/** Hears how much of how much is done. */
export type OnProgress = (done: number, all: number) => void;

/** What became of what one rule escalated, and how long it waited. */
export interface RuleFacts extends Omit<RuleSummary, "waits"> {
  readonly pending: number;
  /** Answered by a person. */
  readonly answered: number;
  /** Of those, approved as the agent proposed it. */
  readonly asProposed: number;
  /** Of the share of `asProposed`; `null` while none was answered. */
  readonly interval: Interval | null;
  readonly waits: WaitFacts;
}

/** How long calls waited, in milliseconds; right to about 5 %. */
export interface WaitFacts {
  readonly count: number;
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  readonly longestMs: number;
  /** Agent-time that was waited. */
  readonly totalMs: number;
}

export interface Evidence {
  readonly ok: true;
  readonly entries: number;
  readonly damaged: number;
  readonly rules: readonly RuleFacts[];
  /** All rules together. */
  readonly all: RuleFacts;
  readonly hours: readonly HourSummary[];
  /** Where agents wait, for several goals of waiting, the shortest first. */
  readonly bottlenecks: readonly BottleneckReport<string | null>[];
}

/** One line of the history, for a table. */
export interface HistoryRow {
  readonly seq: number;
  readonly atMs: number;
  readonly id: string | null;
  readonly type: EventType;
  readonly tool: string | null;
  readonly by: string | null;
  /** What it says in short; partly written by others. */
  readonly says: string;
}

/** Which entries to look for, the newest first. */
export interface HistoryQuery {
  /** Only those in which this stands, in whichever case: ids, tools, names of reviewers, any text. */
  readonly text: string;
  readonly type: EventType | null;
  /** Only those before this entry; from the end if `null`. */
  readonly before: number | null;
  readonly limit: number;
}

export interface HistoryPart {
  readonly ok: true;
  readonly rows: readonly HistoryRow[];
  /** Where the next part begins; `null` if there is nothing before. */
  readonly next: number | null;
  /** Entries of the whole history. */
  readonly all: number;
}

/** What verifying has found. */
export interface Verified {
  readonly ok: true;
  readonly report: HistoryReport;
  /** Of a file: what is wrong with its lines. */
  readonly lines: readonly string[];
  readonly isRedacted: boolean;
}

/** What was taken in. */
export interface Imported {
  readonly ok: true;
  readonly entries: number;
  /** How many calls were open in it, and were closed: nothing that was imported runs. */
  readonly closed: number;
}

export interface Exported {
  readonly ok: true;
  readonly file: Blob;
  readonly checkpoint: Checkpoint | null;
}

/** What the history says of the rules of a policy, to be added to others on another machine. */
export interface EvidenceFile {
  readonly ok: true;
  readonly file: Blob;
  /** The text of its checkpoint. */
  readonly checkpoint: string;
  /** Whether the history was found whole, and goes on from a checkpoint that was kept elsewhere. */
  readonly isVerified: boolean;
}

/** What the history proves of the rules that ask people. */
export interface Calibrated {
  readonly ok: true;
  readonly report: CalibrationReport;
  /** Whether the history was found whole, and goes on from a checkpoint that was kept elsewhere. */
  readonly isVerified: boolean;
  /** Problems of the history; with any, nothing in it counts. */
  readonly problems: number;
  /** Check cards that were answered. */
  readonly checks: number;
  /** The text that proposals change; `null` if nothing here can put them into force. */
  readonly policyText: string | null;
}

export interface EvidenceApi {
  /** What the history comes to; only what is new since the last time is read. */
  evidence(onProgress: OnProgress): Promise<Evidence | Failure>;
  searchHistory(query: HistoryQuery, onProgress: OnProgress): Promise<HistoryPart | Failure>;
  /** One entry, whole. */
  historyEntry(seq: number): Promise<{ readonly ok: true; readonly entry: Entry } | Failure>;
  verifyStore(checkpoint: Checkpoint | null, onProgress: OnProgress): Promise<Verified | Failure>;
  /** Verifies an exported history, and takes nothing of it. */
  verifyFile(file: File, checkpoint: Checkpoint | null, onProgress: OnProgress): Promise<Verified | Failure>;
  /** Verifies an exported history and, if it has no problem, takes it into the empty store of this browser. */
  importFile(file: File, checkpoint: Checkpoint | null, onProgress: OnProgress): Promise<Imported | Verified | Failure>;
  /** The checkpoint in a text; `null` if it is none. */
  readCheckpoint(text: string): Promise<Checkpoint | null>;
  exportHistory(redact: boolean, onProgress: OnProgress): Promise<Exported | Failure>;
  /** What the history proves of the rules of the policy in force, or of that of the server. Changes nothing. */
  calibrate(checkpoint: Checkpoint | null, onProgress: OnProgress): Promise<Calibrated | Failure>;
  /** The evidence of the history, for `countersign calibrate` on another machine. */
  saveEvidence(checkpoint: Checkpoint | null, onProgress: OnProgress): Promise<EvidenceFile | Failure>;
  stopWork(work: Work): Promise<void>;
  attentionReport(): Promise<AttentionReport>;
  setAttention(settings: AttentionSettings): Promise<void>;
}
