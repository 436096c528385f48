/** What the whole engine has for who looks at what reviewers did. */
import { deepFreeze } from "../freeze.js";
import type { Checkpoint, Entry, Escalation, Event, Head, HistoryReport, RedactedEntry } from "../lifecycle.js";
import type { PlantedCall } from "../planting.js";
import type { Interval } from "../statistics.js";
import * as wasm from "../wasm/countersign.js";
import { engine, refusedHistory } from "./full.js";

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
