/** What the whole engine has for who looks at what reviewers did. */
import type { BottleneckReport, WaitGoal } from "../bottleneck.js";
import type { CalibrationReport, Grounds, SavedEvidence } from "../calibrating.js";
import { refusedCall } from "../core.js";
import { EvidenceError, type EvidenceErrorCode } from "../errors.js";
import { deepFreeze } from "../freeze.js";
import type { Checkpoint, Entry, Escalation, Event, Head, HistoryReport, RedactedEntry } from "../lifecycle.js";
import type { PlantedCall } from "../planting.js";
import type { AttentionReport, Interval, ObservedAttention } from "../statistics.js";
import * as wasm from "../wasm/countersign.js";
import { engine, rawStacks, refusedHistory } from "./full.js";

/** A history that is being verified, in the engine's memory. */
export interface EngineVerification {
  push(entries: readonly (Entry | RedactedEntry)[]): void;
  finish(): Omit<HistoryReport, "against">;
  free(): void;
}

/** Verifies the entries after `head`, or all if it is `null`, against a checkpoint if one was kept. The engine must be ready. */
export function verification(head: Head | null, checkpoint: Checkpoint | null): EngineVerification {
  const started = engine.answer(refusedHistory, () => new wasm.HistoryVerification(head, checkpoint));
  return {
    push: (entries) => engine.answer(refusedHistory, () => started.push(entries)),
    finish: () => engine.answer(refusedHistory, () => deepFreeze(started.finish() as Omit<HistoryReport, "against">)),
    free: () => engine.free(started),
  };
}

/** The call of `like` with other arguments, as a check card shows it. The engine must be ready. */
export function planted(
  { call, digest, covers, decision }: Pick<Escalation, "call" | "digest" | "covers" | "decision">,
  args: Readonly<Record<string, unknown>>,
): PlantedCall {
  const links = { rejected: [], unknown: [] };
  const event = { type: "open", call, digest, covers, decision, guard: "", batch: null, links };
  const made = engine.answer(refusedHistory, () => wasm.plantCall(event, args) as Extract<Event, { type: "open" }>);
  return deepFreeze({ call: made.call, digest: made.digest, decision: made.decision });
}

/** The Wilson interval of 95 %; `null` if nothing was counted. The engine must be ready. */
export function wilson(hits: number, all: number): Interval | null {
  const [low, high] = engine.answer(refusedHistory, () => wasm.wilson(hits, all));
  return low === undefined || high === undefined ? null : { low, high };
}

/** How many approvals show a share of `bar`; `undefined` if nobody can count so many. The engine must be ready. */
export function approvalsNeeded(bar: number, alpha: number, against: number): number | undefined {
  return engine.answer(refusedHistory, () => wasm.approvalsNeeded(bar, alpha, against));
}

/** How attentive reviewers are. The engine must be ready. */
export function attention(observed: Required<ObservedAttention>): AttentionReport {
  const { checkCards, approvals, tooFast, paces, goodApproved, goodRejected } = observed;
  const [cards, fast] = [checkCards, paces].map((each) => Uint8Array.from(each, Number)) as [Uint8Array, Uint8Array];
  return engine.answer(refusedHistory, () =>
    deepFreeze(wasm.attentionReport(cards, fast, approvals, tooFast, goodApproved, goodRejected) as AttentionReport),
  );
}

/** What a summary counts, as the engine takes it. */
export interface BottleneckCounts {
  readonly rules: readonly {
    readonly rule: string | null;
    readonly calls: number;
    readonly closed: number;
    readonly waitedMs: number;
    readonly timed: number;
    readonly shownMs: number;
  }[];
  readonly hours: readonly { readonly atMs: number; readonly calls: number }[];
  readonly span: { readonly fromMs: number; readonly toMs: number } | null;
}

/** Where agents wait. The engine must be ready. */
export function bottleneck(counts: BottleneckCounts, goal: WaitGoal): BottleneckReport<string | null> {
  return engine.answer(refusedHistory, () =>
    deepFreeze(wasm.bottleneckReport(counts, goal) as BottleneckReport<string | null>),
  );
}

function refusedEvidence(code: string, message: string): Error {
  if (code === "broken-history") return refusedHistory(code, message);
  return new EvidenceError(code as EvidenceErrorCode, message);
}

/** A calibration in the engine's memory. */
export interface EngineCalibration {
  beginHistory(covered: number | undefined): void;
  push(entries: readonly (Entry | RedactedEntry)[]): void;
  endHistory(nowMs: number): void;
  addEvidence(evidence: unknown, kept: string | undefined): void;
  evidence(isVerified: boolean): SavedEvidence;
  report(grounds: Grounds, goal: WaitGoal, nowMs: number): CalibrationReport;
  free(): void;
}

/** Begins to calibrate the rules of a stack of this engine. */
export function calibration(stack: object): EngineCalibration {
  const raw = rawStacks.get(stack);
  if (!raw) throw new TypeError("a compiled policy cannot be calibrated");
  const running = engine.answer(refusedCall, () => new wasm.Calibration(raw));
  return {
    beginHistory: (covered) => engine.answer(refusedHistory, () => running.beginHistory(covered)),
    push: (entries) => engine.answer(refusedEvidence, () => running.push(entries)),
    addEvidence: (evidence, kept) => engine.answer(refusedEvidence, () => running.addEvidence(evidence, kept)),
    evidence: (isVerified) =>
      engine.answer(refusedEvidence, () => {
        // Readers of files tell evidence by its first key.
        const { evidenceVersion, ...rest } = running.evidence(isVerified) as SavedEvidence;
        return deepFreeze({ evidenceVersion, ...rest } as SavedEvidence);
      }),
    endHistory: (nowMs) => engine.answer(refusedHistory, () => running.endHistory(nowMs)),
    report: (grounds, goal, nowMs) =>
      engine.answer(refusedHistory, () => deepFreeze(running.report(grounds, goal, nowMs) as CalibrationReport)),
    free: () => engine.free(running),
  };
}
