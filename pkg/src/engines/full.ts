/** The whole engine. */
import type { Batch, Card, Written } from "../card.js";
import type { ComparedLine, ComparisonCounts, ToolForm, WorstLines } from "../comparison.js";
import { createEngine, createHolding, type HoldingStack, refusedCall, type Source } from "../core.js";
import { EscalationError, type EscalationErrorCode } from "../errors.js";
import { deepFreeze } from "../freeze.js";
import type { Completions, Description, TestRun } from "../language.js";
import type { Checkpoint, Entry, Escalation, Event, Head, HistoryReport, RedactedEntry } from "../lifecycle.js";
import type { MutationProgress, Survivor } from "../mutation.js";
import type { PlantedCall } from "../planting.js";
import type { Interval } from "../statistics.js";
import type {
  Call,
  Counts,
  Diagnostic,
  Fix,
  Limits,
  PolicySummary,
  SimulatedLine,
  Token,
  Trace,
  Usage,
} from "../types.js";
import * as wasm from "../wasm/countersign.js";

/** The engine. */
export const engine = createEngine(wasm);

/** Escalations in it. */
export const holding = createHolding(engine, wasm);

/** The policies of one {@link load}, in the engine's memory. */
export interface FullStack extends HoldingStack {
  policies(): readonly PolicySummary[];
  compiled(): Uint8Array;
  trace(call: Call, usage?: Usage): Trace;
  simulation(): EngineSimulation;
  runTests(): readonly TestRun[];
  presentCard(record: unknown, context: unknown): Card;
}

/** Help for who writes a policy, with the tools of a catalogue in the engine's memory. */
export interface EngineLanguage {
  complete(text: string, offset: number): Completions | null;
  describe(text: string, offset: number): Description | null;
  free(): void;
}

/** A simulation in the engine's memory. */
export interface EngineSimulation {
  pushNdjson(chunk: Uint8Array): string;
  finishNdjson(): string;
  pushRows(chunk: Uint8Array): readonly SimulatedLine[];
  finishRows(): readonly SimulatedLine[];
  count(chunk: Uint8Array): void;
  finishCount(): void;
  counts(): Counts;
  free(): void;
}

/** A comparison in the engine's memory. */
export interface EngineComparison {
  pushRows(chunk: Uint8Array): readonly ComparedLine[];
  finishRows(): readonly ComparedLine[];
  count(chunk: Uint8Array): void;
  finishCount(): void;
  nextInput(): void;
  worst(): WorstLines;
  counts(): ComparisonCounts;
  free(): void;
}

/** What became of policy texts. `stack` is `null` if any of the diagnostics is an error. */
export interface Loaded {
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics of each source as text with carets; empty for one that has none. None if nobody wanted them. */
  readonly rendered: readonly string[];
  readonly stack: FullStack | null;
}

/**
 * Reads policy texts, and a tool catalogue if there is one. The engine must be ready.
 *
 * Texts with carets take time, and are for people: `wantsRendered` says whether they are wanted also if there is no error.
 */
export function load(
  sources: readonly Source[],
  tools: Source | undefined,
  limits: Partial<Limits> | undefined,
  wantsRendered = true,
): Loaded {
  return engine.answer(refusedCall, () => {
    const loaded = wasm.load([...sources], tools, limits);
    try {
      const stack = loaded.stack();
      return {
        diagnostics: deepFreeze(loaded.diagnostics() as Diagnostic[]),
        rendered: wantsRendered || !stack ? loaded.rendered() : [],
        stack: stack ? fullStack(stack) : null,
      };
    } finally {
      loaded.free();
    }
  });
}

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

function refusedHistory(code: string, message: string): Error {
  return new EscalationError(code as EscalationErrorCode, message);
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

/** Splits policy text into tokens for colouring. The engine must be ready. */
export function highlight(text: string): readonly Token[] {
  return engine.answer(refusedCall, () => wasm.highlight(text) as Token[]);
}

/** The call that a JSON text writes, read by the engine alone. The engine must be ready. */
export function readCall(json: string): Call {
  return engine.answer(refusedCall, () => deepFreeze(wasm.readCall(json) as Call));
}

/** Help with `tools`, a catalogue, if there is one. The engine must be ready. */
export function language(tools: Source | undefined): EngineLanguage {
  const made = engine.answer(refusedCall, () => new wasm.Language(tools));
  return {
    complete: (text, offset) =>
      engine.answer(refusedCall, () => deepFreeze(made.complete(text, offset) as Completions | null)),
    describe: (text, offset) =>
      engine.answer(refusedCall, () => deepFreeze(made.describe(text, offset) as Description | null)),
    free: () => engine.free(made),
  };
}

/** The card of `record`, under the policies of `stack` if they are given. The engine must be ready. */
export function present(record: unknown, context: unknown, stack: FullStack | undefined): Card {
  if (stack !== undefined) return stack.presentCard(record, context);
  return engine.answer(refusedHistory, () => deepFreeze(wasm.presentCard(record, context) as Card));
}

/** A batch as the engine tells it: of each call its place among the items. */
export type PlacedBatch = Omit<Batch, "rows" | "outliers"> & {
  readonly rows: readonly (Placed & Pick<Batch["rows"][number], "cells">)[];
  readonly outliers: readonly (Placed & Pick<Batch["outliers"][number], "why">)[];
};

interface Placed {
  readonly item: number;
}

/**
 * Batches among `items`, each a decision by its place among `decisions`, a guard and a call; with the arguments of
 * approved calls by tool. The engine must be ready.
 */
export function batches(
  items: { readonly decisions: readonly unknown[]; readonly items: readonly (readonly [number, string, unknown])[] },
  approved: Readonly<Record<string, readonly unknown[]>>,
  most: number,
): readonly PlacedBatch[] {
  // As bytes they are carried over faster than as text, and much faster than as so many objects.
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const answer = engine.answer(refusedHistory, () => wasm.batchesOf(bytes(items), bytes(approved), most));
  return JSON.parse(answer) as PlacedBatch[];
}

/** A text as segments. The engine must be ready. */
export function segments(text: string): Written {
  return engine.answer(refusedCall, () => deepFreeze(wasm.segmentsOf(text) as Written));
}

/** Begins to compare decisions of two stacks of this engine. */
export function comparison(before: object, after: object, histories: boolean, keep: number): EngineComparison {
  const [old, next] = [rawStacks.get(before), rawStacks.get(after)];
  if (!old || !next) throw new TypeError("a compiled policy cannot be compared");
  const running = engine.answer(refusedCall, () => new wasm.Comparison(old, next, histories, keep));
  return {
    pushRows: (chunk) => engine.answer(refusedCall, () => running.pushRows(chunk) as ComparedLine[]),
    finishRows: () => engine.answer(refusedCall, () => running.finishRows() as ComparedLine[]),
    count: (chunk) => engine.answer(refusedCall, () => running.count(chunk)),
    finishCount: () => engine.answer(refusedCall, () => running.finishCount()),
    nextInput: () => engine.answer(refusedCall, () => running.nextInput()),
    worst: () => engine.answer(refusedCall, () => deepFreeze(running.worst() as WorstLines)),
    counts: () => engine.answer(refusedCall, () => deepFreeze(running.counts() as ComparisonCounts)),
    free: () => engine.free(running),
  };
}

/** Small changes of a policy, in the engine's memory. */
export interface EngineMutation {
  step(most: number): boolean;
  progress(): MutationProgress;
  survivors(): readonly Survivor[];
  free(): void;
}

/** Begins to change the policy of one source of a stack of this engine. */
export function mutation(policy: object, source: number, most: number): EngineMutation {
  const stack = rawStacks.get(policy);
  if (!stack) throw new TypeError("a compiled policy has no tests");
  const running = engine.answer(refusedCall, () => stack.mutation(source, most));
  if (!running) throw new RangeError(`there is no source ${source}`);
  return {
    step: (more) => engine.answer(refusedCall, () => running.step(more)),
    progress: () => engine.answer(refusedCall, () => deepFreeze(running.progress() as MutationProgress)),
    survivors: () => engine.answer(refusedCall, () => deepFreeze(running.survivors() as Survivor[])),
    free: () => engine.free(running),
  };
}

/** The change that adds a test to a policy's text. The engine must be ready. */
export function addTest(text: string, test: object, refused: (code: string, message: string) => Error): Fix {
  return engine.answer(refused, () => deepFreeze(wasm.addTest(text, test) as Fix));
}

/** Forms for the tools of a catalogue without errors. The engine must be ready. */
export function toolForms(text: string): readonly ToolForm[] {
  return engine.answer(refusedCall, () => deepFreeze(wasm.toolForms(text) as ToolForm[]));
}

const rawStacks = new WeakMap<object, wasm.Stack>();

function fullStack(stack: wasm.Stack): FullStack {
  const full: FullStack = {
    ...holding.holding(stack),
    policies: () => engine.answer(refusedCall, () => deepFreeze(stack.policies() as PolicySummary[])),
    compiled: () => engine.answer(refusedCall, () => stack.compiled()),
    trace: (call, usage) => engine.answer(refusedCall, () => deepFreeze(stack.trace(call, usage) as Trace)),
    simulation: () => engine.answer(refusedCall, () => guardedSimulation(stack.simulation())),
    runTests: () => engine.answer(refusedCall, () => deepFreeze(stack.runTests() as TestRun[])),
    presentCard: (record, context) =>
      engine.answer(refusedHistory, () => deepFreeze(stack.presentCard(record, context) as Card)),
  };
  rawStacks.set(full, stack);
  return full;
}

function guardedSimulation(simulation: wasm.Simulation): EngineSimulation {
  return {
    pushNdjson: (chunk) => engine.answer(refusedCall, () => simulation.pushNdjson(chunk)),
    finishNdjson: () => engine.answer(refusedCall, () => simulation.finishNdjson()),
    pushRows: (chunk) => engine.answer(refusedCall, () => simulation.pushRows(chunk) as SimulatedLine[]),
    finishRows: () => engine.answer(refusedCall, () => simulation.finishRows() as SimulatedLine[]),
    count: (chunk) => engine.answer(refusedCall, () => simulation.count(chunk)),
    finishCount: () => engine.answer(refusedCall, () => simulation.finishCount()),
    counts: () => engine.answer(refusedCall, () => deepFreeze(simulation.counts() as Counts)),
    free: () => engine.free(simulation),
  };
}
