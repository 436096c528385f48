/** The whole engine. */
import type { Batch, Card, Written } from "../card.js";
import { createEngine, createHolding, type HoldingStack, refusedCall, type Source } from "../core.js";
import { EscalationError, type EscalationErrorCode } from "../errors.js";
import { deepFreeze } from "../freeze.js";
import type { TestRun } from "../language.js";
import type { Call, Counts, Diagnostic, Limits, PolicySummary, SimulatedLine, Token, Trace, Usage } from "../types.js";
import * as wasm from "../wasm/countersign.js";

/** The engine. Of a module that is given as a whole, bundlers write down every name. */
export const engine = createEngine({ default: wasm.default, initSync: wasm.initSync, scratch: wasm.scratch });

/** Escalations in it. */
export const holding = createHolding(engine, {
  openEscalation: wasm.openEscalation,
  editEscalation: wasm.editEscalation,
  consumeGrant: wasm.consumeGrant,
  advanceEscalation: wasm.advanceEscalation,
  foldEscalation: wasm.foldEscalation,
  repeatsOf: wasm.repeatsOf,
  keysOf: wasm.keysOf,
  digestOfTool: wasm.digestOfTool,
  sealEntries: wasm.sealEntries,
  checkpointOf: wasm.checkpointOf,
  redactEntry: wasm.redactEntry,
  reviewText: wasm.reviewText,
  watchOf: wasm.watchOf,
});

/** The policies of one {@link load}, in the engine's memory. */
export interface FullStack extends HoldingStack {
  policies(): readonly PolicySummary[];
  compiled(): Uint8Array;
  trace(call: Call, usage?: Usage): Trace;
  simulation(): EngineSimulation;
  runTests(): readonly TestRun[];
  presentCard(record: unknown, context: unknown): Card;
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

export function refusedHistory(code: string, message: string): Error {
  return new EscalationError(code as EscalationErrorCode, message);
}

/** Splits policy text into tokens for colouring. The engine must be ready. */
export function highlight(text: string): readonly Token[] {
  return engine.answer(refusedCall, () => wasm.highlight(text) as Token[]);
}

/** The call that a JSON text writes, read by the engine alone. The engine must be ready. */
export function readCall(json: string): Call {
  return engine.answer(refusedCall, () => deepFreeze(wasm.readCall(json) as Call));
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

/** The engine's own of each stack. */
export const rawStacks = new WeakMap<object, wasm.Stack>();

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
