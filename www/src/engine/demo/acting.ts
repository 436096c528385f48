/** One call of the agent after the other: proposed to a real guard, waited for if it is held, and what comes of it. */

import {
  createEscalations,
  createGuard,
  type Escalations,
  type Guard,
  type Policy,
  type Store,
  type Told,
  type ToldCode,
} from "countersign";
import type { LogLine, StepOutcome } from "./api.ts";
import { stateOf, withStep } from "./day.ts";
import { STEPS, type Step } from "./script.ts";
import type { Stage } from "./stage.ts";
import { TOOL_NAMES, use } from "./world.ts";

const COLLECT = { forMs: 60_000, atMost: 7 };
const RETRY_MS = 1_500;
const TRIES_MAX = 20;
/** What the agent is told when trying again makes sense. */
const AGAIN: ReadonlySet<ToldCode> = new Set<ToldCode>([
  "cooling",
  "paused",
  "expired",
  "unavailable",
  "policy-changed",
  "too-many-pending",
]);

/** Who acts: two guards of one agent, of which one collects its calls for one screen. */
export interface Actor {
  readonly stage: Stage;
  readonly people: Escalations;
  readonly plain: Guard;
  readonly collecting: Guard;
  /** Ids of the escalations that are waited for. */
  readonly watched: Set<string>;
}

export function createActor(stage: Stage, store: Store, policy: () => Promise<Policy>): Actor {
  const options = { policy, store, agent: "office", session: stage.day().session, pollMs: 500 };
  const plain = createGuard(options);
  const collecting = createGuard({ ...options, collect: COLLECT });
  for (const guard of [plain, collecting]) {
    for (const tool of TOOL_NAMES) guard.wrap(tool, (args: unknown) => use(tool, args));
  }
  return { stage, people: createEscalations({ store }), plain, collecting, watched: new Set() };
}

/** Proposes the call of `step`. A held one is waited for while the agent goes on. */
export async function propose(actor: Actor, step: Step): Promise<void> {
  const { stage } = actor;
  const before = stateOf(stage.day(), step.id);
  const tries = before.state === "done" ? 0 : before.tries + 1;
  await stage.put(withStep(stage.day(), step.id, { state: "proposing", tries }));
  const { tool, args, reason } = step;
  const checked = await guardOf(actor, step).check({ tool, args, ...(reason !== undefined && { reason }) });
  switch (checked.status) {
    case "allowed": {
      const { text, found } = use(tool, checked.call.args);
      await checked.finished("ran");
      await end(stage, step, "allowed", { kind: "allow", text: `${step.says}: ${text}`, detail: found });
      break;
    }
    case "blocked":
      await end(stage, step, "blocked", {
        kind: "block",
        text: `${step.says}: blocked`,
        detail: checked.told.message,
      });
      break;
    case "not-run":
      await notNow(stage, step, checked.told, tries);
      break;
    case "pending":
      await held(actor, step, checked.id, tries);
  }
  stage.changed();
}

/** Takes up what a reload has interrupted. */
export async function takeUp(actor: Actor): Promise<void> {
  const { stage } = actor;
  for (const step of STEPS) {
    const before = stateOf(stage.day(), step.id);
    if (before.state === "held") watch(actor, step, before.id, before.tries);
    if (before.state !== "proposing") continue;
    const found = await heldAlready(actor, step);
    if (found !== null) await held(actor, step, found, before.tries);
    else await stage.put(withStep(stage.day(), step.id, { state: "todo", retryAtMs: 0, tries: before.tries }));
  }
}

/** Answers what reviewers have asked. */
export async function answerQuestions({ stage, people, plain }: Actor): Promise<void> {
  for (const step of STEPS) {
    const now = stateOf(stage.day(), step.id);
    if (now.state !== "held") continue;
    const record = await people.read(now.id);
    if (record?.status !== "pending" || !record.questions.some(({ answer }) => answer === null)) continue;
    const words = step.answer ?? "It belongs to what I was asked to do today.";
    // It may have been answered or taken back meanwhile; then there is nothing to say.
    const isSaid = await plain.answer(now.id, words).then(
      () => true,
      () => false,
    );
    if (!isSaid) continue;
    await stage.put(stage.line(step, "note", "is asked, and answers", words, now.id));
    stage.changed();
  }
}

function guardOf({ plain, collecting }: Actor, { collected }: Step): Guard {
  return collected ? collecting : plain;
}

async function held(actor: Actor, step: Step, id: string, tries: number): Promise<void> {
  const { stage } = actor;
  const said = stage.line(step, "escalate", `${step.says}: waits for you`, null, id);
  await stage.put(withStep(said, step.id, { state: "held", id, tries }));
  watch(actor, step, id, tries);
}

/** Waits for the answer to a held call, and goes on with what it comes to. */
function watch(actor: Actor, step: Step, id: string, tries: number): void {
  const { stage, watched } = actor;
  if (watched.has(id)) return;
  watched.add(id);
  goOn(actor, step, id, tries)
    .catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      return end(stage, step, "failed", { kind: "told", text: `${step.says}: did not run`, detail, id });
    })
    // How the day stands could not be kept: the next reload looks again.
    .catch(() => undefined)
    .finally(() => {
      watched.delete(id);
      stage.changed();
    });
}

async function goOn(actor: Actor, step: Step, id: string, tries: number): Promise<void> {
  const resumed = await guardOf(actor, step).resume(id, { wait: true });
  if (resumed.status === "not-run") return notNow(actor.stage, step, resumed.told, tries, id);
  if (resumed.status !== "ran") return;
  const { text } = resumed.result as ReturnType<typeof use>;
  await end(actor.stage, step, "approved", { kind: "approved", text: `${step.says}: approved, ${text}`, id });
}

interface Said {
  readonly kind: LogLine["kind"];
  readonly text: string;
  readonly detail?: string | null;
  readonly id?: string | null;
}

async function end(stage: Stage, step: Step, outcome: StepOutcome, said: Said): Promise<void> {
  const { kind, text, detail = null, id = null } = said;
  const line = stage.line(step, kind, text, detail, id);
  await stage.put(withStep(line, step.id, { state: "done", outcome, id }));
}

/** The agent is told why its call did not run: it tries again where that makes sense, and else lets it be. */
async function notNow(stage: Stage, step: Step, told: Told, tries: number, id: string | null = null): Promise<void> {
  const { code, message: detail, retryAfterMs } = told;
  const { says } = step;
  if (code === "rejected") return end(stage, step, code, { kind: "rejected", text: `${says}: rejected`, detail, id });
  if (code === "revoked") return end(stage, step, code, { kind: "rejected", text: `${says}: undone`, detail, id });
  if (code === "blocked") return end(stage, step, code, { kind: "block", text: `${says}: blocked`, detail, id });
  if (!AGAIN.has(code) || (tries >= TRIES_MAX && code !== "paused")) {
    const outcome = code === "withdrawn" ? "withdrawn" : "failed";
    return end(stage, step, outcome, { kind: "told", text: `${says}: did not run`, detail, id });
  }
  const isSaid = stage.day().log.at(-1)?.detail === detail;
  const line = isSaid ? stage.day() : stage.line(step, "told", `${says}: not now`, detail, id);
  const retryAtMs = Date.now() + (retryAfterMs ?? RETRY_MS);
  // A pause is no failed try, however long it lasts.
  await stage.put(withStep(line, step.id, { state: "todo", retryAtMs, tries: code === "paused" ? tries - 1 : tries }));
}

/** The escalation that a step came to before the page went, if it did. */
async function heldAlready({ stage, people }: Actor, { tool, args }: Step): Promise<string | null> {
  const steps = Object.values(stage.day().steps);
  const known = new Set(steps.flatMap((step) => ("id" in step && step.id !== null ? [step.id] : [])));
  const { items } = await people.list({ limit: 50 });
  const wanted = sorted(args);
  const found = items.find(({ id, call }) => !known.has(id) && call.tool === tool && sorted(call.args) === wanted);
  return found?.id ?? null;
}

/** The arguments as text that does not depend on the order of keys. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
