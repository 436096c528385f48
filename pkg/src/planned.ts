/**
 * Deciding by plans: for each tool the engine says once which fields its rules ask about, and only those are carried
 * over to it.
 *
 * What a tool alone decides is answered from here, and so is what the engine says calls share: a decision is made
 * once and handed out again, frozen.
 */
import { type Asked, createReader, type Scratch } from "./reading.js";
import type { Call, Decision, Usage } from "./types.js";

/** What deciding the calls of one tool takes. */
export interface Plan {
  /** What the engine calls it; `null` if the tool alone decides. */
  readonly id: number | null;
  /** The decision about every call of the tool, if there is one. */
  readonly constant: Decision | null;
  /** What is read of a call: first that on which the rule that decides depends, then what a decision carries. */
  readonly asked: readonly Asked[];
  readonly decisive: number;
  readonly asksConfidence: boolean;
  readonly hasLimit: boolean;
}

/** The engine as plans need it. */
export interface Planner {
  /** How many plans are worth keeping. */
  readonly plansMax: number;
  plan(tool: string): Plan;
  /** Forgets all plans. */
  forget(): void;
  /** Memory of at least `bytes` bytes, with what was written to it before. */
  grow(bytes: number): Scratch;
  /** Which of the shared decisions the first `bytes` bytes lead to; negative if none. */
  outcome(plan: number, bytes: number): number;
  decide(plan: number, bytes: number, usage: Usage | undefined): Decision;
}

/** A plan, and the decisions that its calls share, by outcome. */
interface Known {
  readonly plan: Plan;
  readonly shared: Map<number, Decision>;
}

/** Makes a function that decides copied calls through `planner`. */
export function createPlanned(planner: Planner): (call: Call, usage: Usage | undefined) => Decision {
  const { plansMax } = planner;
  const tools = new Map<string, Known>();
  const reader = createReader(planner.grow);

  function know(tool: string): Known {
    // Names that no rule writes have no end; those that some does fit in again.
    if (tools.size >= plansMax) {
      tools.clear();
      planner.forget();
    }
    const known = { plan: planner.plan(tool), shared: new Map<number, Decision>() };
    tools.set(tool, known);
    return known;
  }

  function byPlan(id: number, { plan, shared }: Known, call: Call, usage: Usage | undefined): Decision {
    const { asked, decisive, asksConfidence, hasLimit } = plan;
    reader.begin(call);
    if (asksConfidence) reader.confidence();
    reader.fields(asked, 0, decisive);
    const outcome = hasLimit ? -1 : planner.outcome(id, reader.length());
    const made = shared.get(outcome);
    if (made) return made;
    reader.fields(asked, decisive, asked.length);
    const decision = planner.decide(id, reader.length(), usage);
    if (outcome >= 0) shared.set(outcome, decision);
    return decision;
  }

  return (call, usage) => {
    const known = tools.get(call.tool) ?? know(call.tool);
    const { id, constant } = known.plan;
    if (constant) return constant;
    if (id === null) throw new TypeError("a plan has a decision or an id");
    return byPlan(id, known, call, usage);
  };
}
