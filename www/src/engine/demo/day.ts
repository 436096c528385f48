/** What the agent does next: a pure function of the script and of how its steps stand. */

import type { LogLine, StepOutcome, StepState } from "./api.ts";
import type { Day } from "./kept.ts";
import { STEPS, type Step } from "./script.ts";

const TODO: StepState = { state: "todo", retryAtMs: 0, tries: 0 };
const LOG_LENGTH_MAX = 300;

export function newDay(session: string): Day {
  return { isOn: false, speed: "normal", session, prepared: 0, check: "none", clock: "08:59", steps: {}, log: [] };
}

export function stateOf(day: Day, id: string): StepState {
  return Object.hasOwn(day.steps, id) ? (day.steps[id] ?? TODO) : TODO;
}

export function withStep(day: Day, id: string, state: StepState): Day {
  return { ...day, steps: { ...day.steps, [id]: state } };
}

/** The day with one line more, and with the agent's clock at `clock` if that is later. */
export function withLine(day: Day, line: Omit<LogLine, "index">): Day {
  const index = (day.log.at(-1)?.index ?? -1) + 1;
  const clock = line.clock > day.clock ? line.clock : day.clock;
  return { ...day, clock, log: [...day.log, { ...line, index }].slice(-LOG_LENGTH_MAX) };
}

export type Next =
  | { readonly kind: "step"; readonly step: Step }
  /** Steps that will never be taken, for what they come after has come to another end. */
  | { readonly kind: "skip"; readonly steps: readonly Step[] }
  /** Nothing to do until calls are answered, or until `untilMs`. */
  | { readonly kind: "wait"; readonly untilMs: number | null }
  | { readonly kind: "over" };

export function nextOf(day: Day, nowMs: number): Next {
  const skipped = STEPS.filter((step) => isTodo(day, step) && fate(day, step) === "never");
  if (skipped.length > 0) return { kind: "skip", steps: skipped };
  const open = STEPS.filter((step) => stateOf(day, step.id).state !== "done");
  if (open.length === 0) return { kind: "over" };
  const last = Math.max(...STEPS.map((step) => step.chapter));
  const chapter = Math.min(...open.filter((step) => !isPutOff(day, step)).map(({ chapter }) => chapter));
  // What was put off holds up no chapter but the last; and so does the check card.
  const isHeldUp = day.check === "planted" || open.some((step) => step.chapter < last);
  const reach = chapter === last && isHeldUp ? last - 1 : chapter;
  const ready = open.filter((step) => step.chapter <= reach && isTodo(day, step) && fate(day, step) === "now");
  const due = ready.find((step) => retryAtMs(day, step) <= nowMs);
  if (due !== undefined) return { kind: "step", step: due };
  const times = ready.map((step) => retryAtMs(day, step));
  return { kind: "wait", untilMs: times.length === 0 ? null : Math.min(...times) };
}

function isTodo(day: Day, { id }: Step): boolean {
  return stateOf(day, id).state === "todo";
}

function retryAtMs(day: Day, { id }: Step): number {
  const state = stateOf(day, id);
  return state.state === "todo" ? state.retryAtMs : 0;
}

/** Whether a step waits for its turn to try again, or for one that does. */
function isPutOff(day: Day, step: Step): boolean {
  if (isTodo(day, step) && retryAtMs(day, step) > 0) return true;
  return Object.keys(step.after ?? {}).some((id) => {
    const before = STEPS.find((each) => each.id === id);
    return before !== undefined && stateOf(day, id).state !== "done" && isPutOff(day, before);
  });
}

/** Whether what a step comes after lets it be taken. */
function fate(day: Day, step: Step): "now" | "later" | "never" {
  let isLater = false;
  for (const [id, ends] of Object.entries(step.after ?? {})) {
    const state = stateOf(day, id);
    if (state.state === "held" && ends.includes("held")) continue;
    if (state.state !== "done") {
      isLater = true;
      continue;
    }
    if (!fits(ends, state.outcome)) return "never";
  }
  return isLater ? "later" : "now";
}

function fits(ends: readonly (StepOutcome | "held")[], outcome: StepOutcome): boolean {
  // Who was answered was held before.
  return ends.includes(outcome) || (ends.includes("held") && outcome !== "skipped" && outcome !== "blocked");
}

/** How many steps have come to an end. */
export function settledOf(day: Day): number {
  return STEPS.filter(({ id }) => stateOf(day, id).state === "done").length;
}

/** How many steps have come to this end. */
export function countOf(day: Day, outcome: StepOutcome): number {
  return STEPS.filter(({ id }) => {
    const state = stateOf(day, id);
    return state.state === "done" && state.outcome === outcome;
  }).length;
}
