/**
 * The only file that knows the generated module.
 *
 * A call of the engine ends in one of four ways: it answers; it refuses, by throwing a plain `{ code, message }`;
 * what was handed to it throws, such as a getter, which is passed on; or it traps or runs out of stack, which means that
 * its memory can no longer be trusted. Then it never answers again.
 */
import {
  CallError,
  type CallErrorCode,
  EngineError,
  EscalationError,
  type EscalationErrorCode,
  messageOf,
} from "./errors.js";
import { deepFreeze } from "./freeze.js";
import { createPlanned, type Plan, type Planner } from "./planned.js";
import type { Scratch } from "./reading.js";
import type {
  Call,
  Counts,
  Decision,
  Diagnostic,
  Digest,
  Entry,
  Escalation,
  Limits,
  PolicySummary,
  SimulatedLine,
  Token,
  Trace,
  Usage,
} from "./types.js";
import * as wasm from "./wasm/countersign.js";

/** Where the engine's WebAssembly comes from. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | URL;

/** A policy text as the engine takes it: UTF-8, if all is well. */
export interface Source {
  readonly name: string;
  readonly text: Uint8Array;
}

/** The compiled policies of one `load`, in the engine's memory. */
export interface Stack {
  digest(): Digest;
  policies(): readonly PolicySummary[];
  decide(call: Call, usage: Usage | undefined): Decision;
  trace(call: Call, usage?: Usage): Trace;
  simulation(): EngineSimulation;
  openEscalation(call: Call, usage: Usage | undefined, nowMs: number): Entry;
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

/** What became of policy texts. `stack` is `null` if any of the diagnostics is an error. */
export interface Loaded {
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics of each source as text with carets; empty for one that has none. None if nobody wanted them. */
  readonly rendered: readonly string[];
  readonly stack: Stack | null;
}

/** The engine's memory. */
let memory: WebAssembly.Memory | undefined;
let source: (() => WasmSource | Promise<WasmSource>) | undefined;
let loading: Promise<void> | undefined;
let broken: EngineError | undefined;

/** Says where the WebAssembly is. It is fetched when first needed. */
export function provide(newSource: () => WasmSource | Promise<WasmSource>): void {
  source = newSource;
}

/**
 * Waits until the engine can answer; the first caller makes it load, and after a failure the next caller tries again.
 *
 * @throws {@link EngineError} `not-loaded` or `trapped`.
 */
export function ready(): Promise<void> {
  loading ??= start().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function start(): Promise<void> {
  if (!source) {
    throw new EngineError("not-loaded", "no WebAssembly was given: await `initialize(bytes)` first");
  }
  try {
    const given = await source();
    const isCompiled = given instanceof WebAssembly.Module;
    ({ memory } = isCompiled ? wasm.initSync({ module: given }) : await wasm.default({ module_or_path: given }));
  } catch (error) {
    throw new EngineError("not-loaded", `the engine could not be loaded: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Reads policy texts, and a tool catalogue if there is one. The engine must be {@link ready}.
 *
 * Texts with carets take time, and are for people: `wantsRendered` says whether they are wanted also if there is no error.
 */
export function load(
  sources: readonly Source[],
  tools: Source | undefined,
  limits: Partial<Limits> | undefined,
  wantsRendered = true,
): Loaded {
  return answer(refusedCall, () => {
    const loaded = wasm.load([...sources], tools, limits);
    try {
      const stack = loaded.stack();
      return {
        diagnostics: deepFreeze(loaded.diagnostics() as Diagnostic[]),
        rendered: wantsRendered || !stack ? loaded.rendered() : [],
        stack: stack ? guardedStack(stack) : null,
      };
    } finally {
      loaded.free();
    }
  });
}

/** Splits policy text into tokens for colouring. The engine must be {@link ready}. */
export function highlight(text: string): readonly Token[] {
  return answer(refusedCall, () => wasm.highlight(text) as Token[]);
}

/** The call that a JSON text writes, read by the engine alone. The engine must be {@link ready}. */
export function readCall(json: string): Call {
  return answer(refusedCall, () => deepFreeze(wasm.readCall(json) as Call));
}

/** The entry of a review of the escalation with `entries`. The engine must be {@link ready}. */
export function reviewEscalation(
  entries: readonly Entry[],
  verdict: string,
  note: string | undefined,
  digest: string,
  nowMs: number,
): Entry {
  return answer(refusedEscalation, () =>
    deepFreeze(wasm.reviewEscalation(entries, verdict, note, digest, nowMs) as Entry),
  );
}

/** The escalation that `entries` tell. The engine must be {@link ready}. */
export function foldEscalation(entries: readonly Entry[]): Escalation {
  return answer(refusedEscalation, () => deepFreeze(wasm.foldEscalation(entries) as Escalation));
}

function guardedStack(stack: wasm.Stack): Stack {
  const planner = stack.planner();
  const planned = createPlanned(guardedPlanner(planner));
  return {
    digest: () => answer(refusedCall, () => stack.digest() as Digest),
    policies: () => answer(refusedCall, () => deepFreeze(stack.policies() as PolicySummary[])),
    decide(call, usage) {
      // Some decisions are made without asking the engine, but none after it failed.
      if (broken) throw broken;
      return planned(call, usage);
    },
    trace: (call, usage) => answer(refusedCall, () => deepFreeze(stack.trace(call, usage) as Trace)),
    simulation: () => answer(refusedCall, () => guardedSimulation(stack.simulation())),
    openEscalation: (call, usage, nowMs) =>
      answer(refusedEscalation, () => deepFreeze(wasm.openEscalation(stack, call, usage, nowMs) as Entry)),
    free: () => {
      free(planner);
      free(stack);
    },
  };
}

function guardedPlanner(planner: wasm.Planner): Planner {
  return {
    plansMax: planner.plansMax,
    plan: (tool) => answer(refusedCall, () => deepFreeze(planner.plan(tool) as Plan)),
    forget: () => answer(refusedCall, () => planner.forget()),
    scratch,
    // Called for nearly every decision: without a closure.
    outcome(plan) {
      if (broken) throw broken;
      try {
        return planner.outcome(plan);
      } catch (thrown) {
        throw failure(refusedCall, thrown);
      }
    },
    decide: (plan, usage) => answer(refusedCall, () => deepFreeze(planner.decide(plan, usage) as Decision)),
  };
}

/** Memory that the engine reads from while it decides. */
const scratch: Scratch = {
  bytes: new Uint8Array(),
  view: new DataView(new ArrayBuffer(0)),
  grow(size) {
    const room = Math.max(2 * size, SCRATCH_BYTES);
    const start = wasm.scratch(room);
    // Taken after the call, which may have made the memory grow.
    const { buffer } = memory as WebAssembly.Memory & { readonly buffer: ArrayBuffer };
    this.bytes = new Uint8Array(buffer, start, room);
    this.view = new DataView(buffer, start, room);
  },
};

const SCRATCH_BYTES = 4_096;

function guardedSimulation(simulation: wasm.Simulation): EngineSimulation {
  return {
    pushNdjson: (chunk) => answer(refusedCall, () => simulation.pushNdjson(chunk)),
    finishNdjson: () => answer(refusedCall, () => simulation.finishNdjson()),
    pushRows: (chunk) => answer(refusedCall, () => simulation.pushRows(chunk) as SimulatedLine[]),
    finishRows: () => answer(refusedCall, () => simulation.finishRows() as SimulatedLine[]),
    count: (chunk) => answer(refusedCall, () => simulation.count(chunk)),
    finishCount: () => answer(refusedCall, () => simulation.finishCount()),
    counts: () => answer(refusedCall, () => deepFreeze(simulation.counts() as Counts)),
    free: () => free(simulation),
  };
}

/** After a trap the memory is never touched again, so there is nothing to give back. */
function free(held: { free(): void }): void {
  if (!broken) answer(refusedCall, () => held.free());
}

/** Runs `ask` inside the engine, and makes an error of whatever it throws. */
function answer<T>(refused: (code: string, message: string) => Error, ask: () => T): T {
  if (broken) throw broken;
  try {
    return ask();
  } catch (thrown) {
    throw failure(refused, thrown);
  }
}

/** The error for what the engine, or what was handed to it, has thrown. */
function failure(refused: (code: string, message: string) => Error, thrown: unknown): Error {
  if (isRefusal(thrown)) return refused(thrown.code, thrown.message);
  // A stack that overflows does so as a RangeError, perhaps in the middle of the engine's work.
  if (!(thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError)) {
    return thrown instanceof Error ? thrown : new TypeError(messageOf(thrown));
  }
  const message = `the engine failed inside and answers no more: ${messageOf(thrown)}`;
  broken = new EngineError("trapped", message, { cause: thrown });
  loading = Promise.reject(broken);
  loading.catch(() => undefined);
  return broken;
}

function isRefusal(thrown: unknown): thrown is { code: string; message: string } {
  if (typeof thrown !== "object" || thrown === null || thrown instanceof Error) return false;
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  return typeof code === "string" && typeof message === "string";
}

function refusedCall(code: string, message: string): Error {
  return new CallError(code as CallErrorCode, message, "");
}

function refusedEscalation(code: string, message: string): Error {
  return new EscalationError(code as EscalationErrorCode, message);
}
