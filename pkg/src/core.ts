/**
 * An engine in WebAssembly, whichever of its builds it is; `engines/` has one file for each of them.
 *
 * A call of the engine ends in one of four ways: it answers; it refuses, by throwing a plain `{ code, message }`;
 * what was handed to it throws, such as a getter, which is passed on; or it traps or runs out of stack, which means that
 * its memory can no longer be trusted. Then it never answers again.
 */

import type { Deciding } from "./deciding.js";
import {
  CallError,
  type CallErrorCode,
  EngineError,
  EscalationError,
  type EscalationErrorCode,
  messageOf,
} from "./errors.js";
import type { Scratch } from "./fields.js";
import { deepFreeze } from "./freeze.js";
import type {
  Checkpoint,
  Claimant,
  Entry,
  Escalation,
  Event,
  Head,
  Holder,
  Keys,
  Proposal,
  RedactedEntry,
  Repeats,
  Verified,
} from "./lifecycle.js";
import type { Plan, Planner } from "./planned.js";
import { readFieldsBy } from "./reading.js";
import type { StoredEscalation } from "./stores/store.js";
import type { Call, Decision, Digest, Usage } from "./types.js";
import type { RawWatch, Watch } from "./watching.js";

/** Where the engine's WebAssembly comes from. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | URL;

/** A policy text as the engine takes it: UTF-8, if all is well. */
export interface Source {
  readonly name: string;
  readonly text: Uint8Array;
}

/** Policies as every generated module has them, whose own types are no part of this package's. */
export interface RawStack {
  digest(): string;
  planner(): RawPlanner;
  free(): void;
}

interface RawPlanner {
  readonly plansMax: number;
  plan(tool: string): unknown;
  forget(): void;
  outcome(plan: number): number;
  decide(plan: number, usage: unknown): unknown;
  free(): void;
}

/** Policies in the engine's memory. */
export interface Stack {
  digest(): Digest;
  decide(call: Call, usage: Usage | undefined): Decision;
  free(): void;
}

/** Policies under which calls can be held. Each of these answers an event that is not sealed yet. */
export interface HoldingStack extends Stack {
  /** Holds `call`, if it escalates or `holder` holds every call. */
  open(call: Call, usage: Usage | undefined, holder: Holder): Event;
  /** The call of the escalation with other `args`, decided afresh. */
  edit(
    entries: readonly Entry[],
    verified: Verified | null,
    change: Change,
    usage: Usage | undefined,
    nowMs: number,
  ): Event;
  /** Uses the grant of the escalation, if these policies still agree. */
  consume(entries: readonly Entry[], verified: Verified | null, claimant: Claimant, nowMs: number): Event;
  /** Follows a history from its first entry, for the rules that replace review. */
  watch(key: Uint8Array, checkpoint: Checkpoint | null): Watch;
  /** What the rules that replace review claim, if some of them may be in force. */
  readonly claims: readonly Digest[];
}

/** What a reviewer makes of a call. */
export interface Change {
  readonly args: Readonly<Record<string, unknown>>;
  readonly by?: string;
  readonly note?: string;
}

/** Makes the error for what the engine refused. */
type Refused = (code: string, message: string) => Error;

/** Where the WebAssembly is, or the memory of an engine that was started already. */
type Provided = () => WasmSource | Promise<WasmSource> | WebAssembly.Memory;

/** What every generated module has. */
interface Build {
  readonly default: (input: { module_or_path: WasmSource }) => Promise<{ readonly memory: WebAssembly.Memory }>;
  initSync(input: { module: WebAssembly.Module }): { readonly memory: WebAssembly.Memory };
  scratch(bytes: number): number;
}

/** One build of the engine, loaded when it is first needed. */
export interface Engine {
  /** Says where the WebAssembly is. It is fetched when first needed. */
  provide(source: Provided): void;
  /** Starts the engine without waiting, which not every browser lets a page do. */
  startNow(module: WebAssembly.Module): WebAssembly.Memory;
  /**
   * Waits until the engine can answer; the first caller makes it load, and after a failure the next caller tries again.
   *
   * @throws {@link EngineError} `not-loaded` or `trapped`.
   */
  ready(): Promise<void>;
  /** Runs `ask` inside the engine, and makes an error of whatever it throws. */
  answer<T>(refused: Refused, ask: () => T): T;
  /** Gives back what the engine holds. After a trap its memory is never touched again. */
  free(held: { free(): void }): void;
  /** The policies that the engine's own `stack` holds. */
  stack(stack: RawStack): Stack;
  /** From now on, policies that it holds decide. Answers the engine itself. */
  decideWith(deciding: Deciding): Engine;
  /** What it decides with. Throws an {@link EngineError} `not-loaded` before {@link Engine.decideWith}. */
  deciding(): Deciding;
}

const SCRATCH_BYTES = 4_096;

/** The engine of a generated module. */
export function createEngine(build: Build): Engine {
  let memory: WebAssembly.Memory | undefined;
  let source: Provided | undefined;
  let loading: Promise<void> | undefined;
  let broken: EngineError | undefined;
  let given: Deciding | undefined;

  function deciding(): Deciding {
    if (given) return given;
    throw new EngineError("not-loaded", "`countersign/review` shows held calls and decides none: import `countersign`");
  }

  /** Memory that the engine reads from while it decides. */
  const scratch: Scratch = {
    bytes: new Uint8Array(),
    view: new DataView(new ArrayBuffer(0)),
    grow(size) {
      const room = Math.max(2 * size, SCRATCH_BYTES);
      const start = build.scratch(room);
      // Taken after the call, which may have made the memory grow.
      const { buffer } = memory as WebAssembly.Memory & { readonly buffer: ArrayBuffer };
      this.bytes = new Uint8Array(buffer, start, room);
      this.view = new DataView(buffer, start, room);
    },
  };

  function ready(): Promise<void> {
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
      const isStarted = given instanceof WebAssembly.Memory;
      memory = isStarted ? given : (await build.default({ module_or_path: given })).memory;
    } catch (error) {
      throw new EngineError("not-loaded", `the engine could not be loaded: ${messageOf(error)}`, { cause: error });
    }
  }

  function answer<T>(refused: Refused, ask: () => T): T {
    if (broken) throw broken;
    try {
      return ask();
    } catch (thrown) {
      throw failure(refused, thrown);
    }
  }

  /** The error for what the engine, or what was handed to it, has thrown. */
  function failure(refused: Refused, thrown: unknown): Error {
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

  function free(held: { free(): void }): void {
    if (!broken) answer(refusedCall, () => held.free());
  }

  function stack(stack: RawStack): Stack {
    const planner = stack.planner();
    let isFreed = false;
    let planned: ReturnType<Deciding["createPlanned"]> | undefined;
    return {
      digest: () => answer(refusedCall, () => stack.digest() as Digest),
      decide(call, usage) {
        // Some decisions are made without asking the engine, but none after it failed.
        if (broken) throw broken;
        planned ??= deciding().createPlanned(guardedPlanner(planner, () => isFreed));
        return planned(call, usage);
      },
      free: () => {
        isFreed = true;
        free(planner);
        free(stack);
      },
    };
  }

  function guardedPlanner(planner: RawPlanner, isFreed: () => boolean): Planner {
    return {
      plansMax: planner.plansMax,
      plan: (tool) => answer(refusedCall, () => deepFreeze(planner.plan(tool) as Plan)),
      forget: () => answer(refusedCall, () => planner.forget()),
      scratch,
      // Called for nearly every decision: without a closure.
      outcome(plan) {
        if (broken) throw broken;
        if (isFreed()) throw disposed();
        try {
          return planner.outcome(plan);
        } catch (thrown) {
          throw failure(refusedCall, thrown);
        }
      },
      decide: (plan, usage) =>
        answer(refusedCall, () => {
          if (isFreed()) throw disposed();
          return deepFreeze(planner.decide(plan, usage) as Decision);
        }),
    };
  }

  const engine: Engine = {
    provide: (newSource) => {
      source = newSource;
    },
    startNow: (module) => build.initSync({ module }).memory,
    ready,
    answer,
    free,
    stack,
    decideWith(parts) {
      given = parts;
      readFieldsBy(parts.readField);
      return engine;
    },
    deciding,
  };
  return engine;
}

/** What a build that holds calls has. Methods, so that the stack of a larger build is one of this too. */
interface HoldingBuild {
  openEscalation(stack: RawStack, call: unknown, usage: unknown, holder: unknown): unknown;
  editEscalation(
    stack: RawStack,
    entries: unknown,
    verified: unknown,
    change: unknown,
    usage: unknown,
    nowMs: number,
  ): unknown;
  consumeGrant(stack: RawStack, entries: unknown, verified: unknown, claimant: unknown, nowMs: number): unknown;
  advanceEscalation(entries: unknown, verified: unknown, proposal: unknown, nowMs: number): unknown;
  foldEscalation(entries: unknown, verified: unknown, nowMs: number): unknown;
  repeatsOf(call: unknown, past: unknown, nowMs: number): unknown;
  keysOf(call: unknown): unknown;
  digestOfTool(description: unknown): string;
  sealEntries(head: unknown, events: unknown, nowMs: number): unknown;
  checkpointOf(head: unknown): unknown;
  redactEntry(entry: unknown): unknown;
  reviewText(held: string, review: unknown): string;
  watchOf(stack: RawStack, key: Uint8Array, checkpoint: unknown): RawWatch;
}

/** What becomes an entry: an event, the escalation that it belongs to, and 32 random hexadecimal digits. */
export interface Unsealed {
  readonly id: string | null;
  readonly event: Event;
  readonly salt: string;
}

/** Entries that follow a head, and the head after them. */
export interface Sealed {
  readonly entries: readonly Entry[];
  readonly head: Head;
}

/**
 * Escalations in one engine, which must be ready. Whatever is impossible throws an {@link EscalationError}.
 *
 * `verified` is `null` where nobody can verify who reviews. That of a review that is about to be appended stands at the
 * number of entries so far.
 */
export interface Holding {
  /** See {@link Engine.ready}. */
  ready(): Promise<void>;
  /** `stack` as one under which calls can be held. */
  holding(stack: RawStack): HoldingStack;
  /** What may happen next to the escalation with `entries`, as an event that is not sealed yet. */
  advance(entries: readonly Entry[], verified: Verified | null, proposal: Proposal, nowMs: number): Event;
  /** The escalation that `entries` tell, as it stands at `nowMs`. */
  fold(entries: readonly Entry[], verified: Verified | null, nowMs: number): Escalation;
  /** What escalations of the lane of `call`, newest first, say about it. */
  repeats(call: Call, past: readonly StoredEscalation[], nowMs: number): Repeats;
  keys(call: Call): Keys;
  /** The digest of what a tool says of itself, which is plain data. */
  toolDigest(description: unknown): Digest;
  /** `events` as entries after `head`, all at `nowMs` or, if that is later, at the time of `head`. */
  seal(head: Head, events: readonly Unsealed[], nowMs: number): Sealed;
  /** What `head` says of its history; `null` if it is empty. */
  checkpoint(head: Head): Checkpoint | null;
  /** `entry` without what happened, and still with its hash. */
  redact(entry: Entry | RedactedEntry): RedactedEntry;
  /** What a reviewer signs: canonical JSON of the review of the call that the entry with the hash `held` holds. */
  reviewText(held: string, review: ReviewEvent): string;
}

/** A review as it stands in an entry. */
export type ReviewEvent = Extract<Event, { type: "review" }>;

/** Escalations in `engine`, of which `build` is the generated module. */
export function createHolding(engine: Engine, build: HoldingBuild): Holding {
  const answer = <T>(ask: () => unknown) => engine.answer(refusedEscalation, () => deepFreeze(ask() as T));
  const heldBy = (stack: RawStack) => ({
    open: (call: Call, usage: Usage | undefined, holder: Holder) =>
      answer<Event>(() => build.openEscalation(stack, call, usage, holder)),
    consume: (entries: readonly Entry[], verified: Verified | null, claimant: Claimant, nowMs: number) =>
      answer<Event>(() => build.consumeGrant(stack, entries, verified, claimant, nowMs)),
  });
  return {
    ready: engine.ready,
    holding: (stack) => {
      const holding: HoldingStack = {
        ...engine.stack(stack),
        ...heldBy(stack),
        edit: (entries, verified, change, usage, nowMs) =>
          answer(() => build.editEscalation(stack, entries, verified, change, usage, nowMs)),
        watch: (key, checkpoint) => {
          const { watching } = engine.deciding();
          if (!watching) throw new TypeError("this engine follows no history");
          const watch = engine.answer(refusedEscalation, () => build.watchOf(stack, key, checkpoint));
          return watching(engine, watch, holding, heldBy);
        },
        claims: [],
      };
      return holding;
    },
    advance: (entries, verified, proposal, nowMs) =>
      answer(() => build.advanceEscalation(entries, verified, proposal, nowMs)),
    fold: (entries, verified, nowMs) => answer(() => build.foldEscalation(entries, verified, nowMs)),
    repeats: (call, past, nowMs) => answer(() => build.repeatsOf(call, past, nowMs)),
    toolDigest: (description) => engine.answer(refusedEscalation, () => build.digestOfTool(description) as Digest),
    keys: (call) => answer(() => build.keysOf(call)),
    seal: (head, events, nowMs) => answer(() => build.sealEntries(head, events, nowMs)),
    redact: (entry) => answer(() => build.redactEntry(entry)),
    checkpoint: (head) => answer(() => build.checkpointOf(head)),
    reviewText: (held, review) => engine.answer(refusedEscalation, () => build.reviewText(held, review)),
  };
}

function isRefusal(thrown: unknown): thrown is { code: string; message: string } {
  if (typeof thrown !== "object" || thrown === null || thrown instanceof Error) return false;
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  return typeof code === "string" && typeof message === "string";
}

/** The error for a call that the engine refused. */
export function refusedCall(code: string, message: string): Error {
  return new CallError(code as CallErrorCode, message, "");
}

/** The error for what the engine refused of an escalation or a history. */
export function refusedEscalation(code: string, message: string): Error {
  return new EscalationError(code as EscalationErrorCode, message);
}

/** A proxy may dispose a policy while a call is decided by it. */
function disposed(): EngineError {
  return new EngineError("disposed", "the policy was disposed and decides no more");
}
