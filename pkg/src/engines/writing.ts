/** What the whole engine has for who writes policies and looks what they do. */
import type { ComparedLine, ComparisonCounts, ToolForm, WorstLines } from "../comparison.js";
import { refusedCall, type Source } from "../core.js";
import { deepFreeze } from "../freeze.js";
import type { Completions, Description } from "../language.js";
import type { MutationProgress, Survivor } from "../mutation.js";
import type { Fix } from "../types.js";
import * as wasm from "../wasm/countersign.js";
import type { Widening } from "../widening.js";
import { engine, rawStacks } from "./full.js";

/** Help for who writes a policy, with the tools of a catalogue in the engine's memory. */
export interface EngineLanguage {
  complete(text: string, offset: number): Completions | null;
  describe(text: string, offset: number): Description | null;
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

/** Begins to compare decisions of two stacks of this engine. */
export function comparison(before: object, after: object, histories: boolean, keep: number): EngineComparison {
  const [old, next] = rawPair(before, after);
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

/** What becomes looser from one stack of this engine to another. */
export function widening(before: object, after: object): Widening {
  const [old, next] = rawPair(before, after);
  return engine.answer(refusedCall, () => deepFreeze(wasm.wideningOf(old, next) as Widening));
}

function rawPair(before: object, after: object): readonly [wasm.Stack, wasm.Stack] {
  const [old, next] = [rawStacks.get(before), rawStacks.get(after)];
  if (!old || !next) throw new TypeError("a compiled policy cannot be compared");
  return [old, next];
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
