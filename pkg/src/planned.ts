/**
 * Deciding by plans: for each tool the engine says once which fields its rules ask about, and reads those alone, each
 * when it comes to it.
 *
 * What a tool alone decides is answered from here, and so is what the engine says calls share: a decision is made
 * once and handed out again, frozen.
 */
import { snapshotCall } from "./call.js";
import { CallError } from "./errors.js";
import {
  type Asked,
  beginReading,
  endReading,
  type Field,
  fieldsOf,
  isPlainMap,
  type Reading,
  type Scratch,
} from "./fields.js";
import { type Quick, type QuickWays, quickOf, quickOutcome, UNSETTLED } from "./quick.js";
import type { Call, Decision, Usage } from "./types.js";

/** What deciding the calls of one tool takes. */
export interface Plan {
  /** What the engine calls it; `null` if the tool alone decides. */
  readonly id: number | null;
  /** The decision about every call of the tool, if there is one. */
  readonly constant: Decision | null;
  /** The fields that may be read of a call, by slot. */
  readonly asked: readonly Asked[];
  /** How to come to an outcome without the engine, if that goes. */
  readonly quick: readonly QuickWays[] | null;
}

/** The engine as plans need it. While it decides, it reads what {@link beginReading} was given. */
export interface Planner {
  /** How many plans are worth keeping. */
  readonly plansMax: number;
  readonly scratch: Scratch;
  plan(tool: string): Plan;
  /** Forgets all plans. */
  forget(): void;
  /** Which of the shared decisions is made of the call that is read; negative if none. */
  outcome(plan: number): number;
  decide(plan: number, usage: Usage | undefined): Decision;
}

/** A plan, and the decisions that its calls share, by outcome. */
interface Known {
  readonly id: number;
  readonly constant: Decision | null;
  readonly asked: readonly Field[];
  /** The policies by quick tests; none if only the engine can tell. */
  readonly quick: readonly Quick[];
  readonly shared: Map<number, Decision>;
}

/** The last slot of every plan. */
const confidence: Asked = { root: "confidence", steps: [], whole: true };

/** How many of the decisions that calls share are kept, for each tool. */
const SHARED_MAX = 1_024;

/**
 * Makes a function that decides calls through `planner`.
 *
 * Of the call it reads own properties only, each once, when its rules first ask about it. If something that was read is
 * not plain data, the call is refused, with the first problem that `snapshotCall` finds in it.
 */
export function createPlanned(planner: Planner): (call: Call, usage: Usage | undefined) => Decision {
  const { plansMax, scratch } = planner;
  const tools = new Map<unknown, Known>();

  function know(name: string): Known {
    const { tool } = snapshotCall({ tool: name });
    // Names that no rule writes have no end; those that some does fit in again.
    if (tools.size >= plansMax) {
      tools.clear();
      planner.forget();
    }
    const plan = planner.plan(tool);
    const asked = fieldsOf([...plan.asked, confidence]);
    const quick = quickOf(plan.quick ?? [], asked);
    const known: Known = { id: plan.id ?? -1, constant: plan.constant, asked, quick, shared: new Map() };
    tools.set(tool, known);
    return known;
  }

  /** The decision; `undefined` if something that was read is not plain. */
  function read(call: Call, known: Known, usage: Usage | undefined): Decision | undefined {
    if (known.constant !== null) return known.constant;
    const reading = beginReading(call, known.asked, scratch);
    let decision: Decision | undefined;
    let isPlain = false;
    try {
      decision = decided(reading, known, usage);
    } finally {
      isPlain = endReading(reading);
    }
    return isPlain ? decision : undefined;
  }

  function decided(reading: Reading, { id, quick, shared }: Known, usage: Usage | undefined): Decision {
    let outcome = quicklyDecided(quick, reading);
    if (outcome === UNSETTLED) outcome = planner.outcome(id);
    const made = shared.get(outcome);
    if (made !== undefined) return made;
    const decision = planner.decide(id, usage);
    const isShared = outcome !== UNSETTLED && !reading.isOdd && decision.undecidable.length === 0;
    if (isShared && shared.size < SHARED_MAX) shared.set(outcome, decision);
    return decision;
  }

  return (call, usage) => {
    const tool = toolOf(call);
    const known = tools.get(tool) ?? (typeof tool === "string" ? know(tool) : undefined);
    return (known && read(call, known, usage)) ?? refuse(call);
  };
}

/** A proxy may throw whatever it likes; then the engine is to find that what it asks for is not plain. */
function quicklyDecided(quick: readonly Quick[], reading: Reading): number {
  try {
    return quickOutcome(quick, reading);
  } catch {
    return UNSETTLED;
  }
}

/** Says what is wrong with a call of which something was read that is not plain data. */
function refuse(call: Call): never {
  snapshotCall(call);
  // What was read is not what the copy holds.
  throw new CallError("not-plain", "a call changed while it was read, or is not plain data", "");
}

/** The tool's name; `undefined` if there is none to be read. */
function toolOf(call: unknown): unknown {
  try {
    const isReadable = typeof call === "object" && call !== null && isPlainMap(call) && Object.hasOwn(call, "tool");
    return isReadable ? (call as { tool: unknown }).tool : undefined;
  } catch {
    return undefined;
  }
}
