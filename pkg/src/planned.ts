/**
 * Deciding by plans: for each tool the engine says once which fields its rules ask about, and reads those alone, each
 * when it comes to it.
 *
 * What a tool alone decides is answered from here, and so is what the engine says calls share: a decision is made
 * once and handed out again, frozen.
 */
import { snapshotCall } from "./call.js";
import { EngineError } from "./errors.js";
import { type Quick, type QuickWays, quickOf, quickOutcome, UNSETTLED } from "./quick.js";
import { type Asked, beginReading, endReading, isPlainMap, type Reading, type Scratch } from "./reading.js";
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
  readonly asked: readonly Asked[];
  /** The policies by quick tests; none if only the engine can tell. */
  readonly quick: readonly Quick[];
  readonly shared: Decision[];
}

/** The last slot of every plan. */
const confidence: Asked = { root: "confidence", steps: [], whole: true };

/**
 * Makes a function that decides calls through `planner`.
 *
 * Of the call it reads own properties only, each once, when its rules first ask about it. What is not plain data is
 * refused as `snapshotCall` does, if it is read.
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
    const asked = [...plan.asked, confidence];
    const quick = quickOf(plan.quick ?? [], asked);
    const known: Known = { id: plan.id ?? -1, constant: plan.constant, asked, quick, shared: [] };
    tools.set(tool, known);
    return known;
  }

  /** The decision; `undefined` if something that it depends on is not plain. */
  function read(call: Call, known: Known, usage: Usage | undefined): Decision | undefined {
    if (known.constant !== null) return known.constant;
    const reading = beginReading(call, known.asked, scratch);
    let decision: Decision | undefined;
    let isPlain = false;
    try {
      decision = decided(reading, known, usage);
    } catch (error) {
      // A proxy may throw whatever it likes; a copy tells what is wrong.
      if (error instanceof EngineError) throw error;
    } finally {
      isPlain = endReading(reading);
    }
    return isPlain ? decision : undefined;
  }

  function decided(reading: Reading, { id, quick, shared }: Known, usage: Usage | undefined): Decision {
    let outcome = quickOutcome(quick, reading);
    if (outcome === UNSETTLED) outcome = planner.outcome(id);
    const made = outcome === UNSETTLED ? undefined : shared[outcome];
    if (made !== undefined) return made;
    const decision = planner.decide(id, usage);
    if (outcome !== UNSETTLED && !reading.isOdd) shared[outcome] = decision;
    return decision;
  }

  function byCopy(call: Call, usage: Usage | undefined): Decision {
    const copy = snapshotCall(call);
    const decision = read(copy, tools.get(copy.tool) ?? know(copy.tool), usage);
    if (decision === undefined) throw new TypeError("the copy of a call is not plain");
    return decision;
  }

  return (call, usage) => {
    const tool = toolOf(call);
    const known = tools.get(tool) ?? (typeof tool === "string" ? know(tool) : undefined);
    return (known && read(call, known, usage)) ?? byCopy(call, usage);
  };
}

/** The tool's name; `undefined` if only a copy can tell what is wrong with it. */
function toolOf(call: unknown): unknown {
  try {
    const isReadable = typeof call === "object" && call !== null && isPlainMap(call) && Object.hasOwn(call, "tool");
    return isReadable ? (call as { tool: unknown }).tool : undefined;
  } catch {
    return undefined;
  }
}
