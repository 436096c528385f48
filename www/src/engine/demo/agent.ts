/**
 * The demonstration's agent: plays the script through a real guard, over the demonstration's own store.
 *
 * One tab plays, the others look on. The day is kept after each step, so that it goes on after a reload; what is held is
 * resumed, and what nobody knows to have been held is looked for in the store before it is proposed again.
 */

import {
  createEscalations,
  createGuard,
  type Escalations,
  type Guard,
  type Policy,
  type Store,
  type Told,
} from "countersign";
import { indexedDbStore } from "countersign/stores/indexeddb";
import type { Place } from "../../place.ts";
import { channelOf } from "../review/queue.ts";
import type { Room } from "../room.ts";
import type { DemoNow, DemoSpeed, DemoState, LogLine, RuleCount, StepOutcome } from "./api.ts";
import { countRules } from "./counts.ts";
import { countOf, newDay, nextOf, settledOf, stateOf, withLine, withStep } from "./day.ts";
import { type Day, type Kept, keptDay } from "./kept.ts";
import { PAST, writePast } from "./past.ts";
import { STEPS, type Step } from "./script.ts";
import { TOOL_NAMES, use } from "./world.ts";

const PACE_MS: Readonly<Record<DemoSpeed, number>> = { calm: 3_500, normal: 1_600, fast: 250 };
/** Calls for one screen follow each other at once. */
const COLLECTED_PACE_MS = 200;
const COLLECT = { forMs: 60_000, atMost: 7 };
const RETRY_MS = 1_500;
const TRIES_MAX = 20;
/** How often the agent looks for questions, and for a policy, while nothing tells of a change. */
const LOOK_MS = 1_000;

export interface Agent {
  follow(onNow: (now: DemoNow) => void): void;
  play(): void;
  pause(): void;
  next(): void;
  speed(speed: DemoSpeed): void;
  counts(): Promise<readonly RuleCount[]>;
}

interface Player {
  readonly store: Store;
  readonly people: Escalations;
  readonly plain: Guard;
  readonly collecting: Guard;
  /** Ids of the escalations that are watched. */
  readonly watched: Set<string>;
}

/** The agent of the demonstration in `room`, which plays as soon as no other tab does. */
export function createAgent(room: Room, place: Extract<Place, { space: string }>): Agent {
  const { space } = place;
  const kept: Kept = keptDay(space);
  const tabs = new BroadcastChannel(`${space}-agent`);
  const queue = new BroadcastChannel(channelOf(place));
  const store = indexedDbStore({ name: space });
  const policy = policyOf(room);
  let day = newDay("day-1");
  let state: DemoState = "elsewhere";
  let once = 0;
  let onNow: (now: DemoNow) => void = () => undefined;
  let wake: () => void = () => undefined;
  let writing: Promise<unknown> = Promise.resolve();

  function tell(next: DemoState): void {
    state = next;
    const now = nowOf(day, state);
    onNow(now);
    tabs.postMessage(now);
  }

  /** Changes the day and keeps it. */
  async function put(next: Day): Promise<void> {
    day = next;
    tell(state);
    const written = writing.then(() => kept.write(next));
    writing = written.catch(() => undefined);
    await written;
  }

  const line = (step: Step, kind: LogLine["kind"], text: string, detail: string | null, id: string | null = null) =>
    withLine(day, { clock: step.clock > day.clock ? step.clock : day.clock, kind, text, detail, id });

  tabs.addEventListener("message", ({ data }: MessageEvent<DemoNow>) => {
    // What the tab that plays tells; here nothing is played.
    if (state === "elsewhere") onNow({ ...data, state: "elsewhere" });
  });
  queue.addEventListener("message", () => wake());

  function changed(): void {
    queue.postMessage("changed");
    wake();
  }

  /** Ends when somebody wakes the agent, or after so long. */
  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function propose(player: Player, step: Step): Promise<void> {
    const before = stateOf(day, step.id);
    const tries = before.state === "done" ? 0 : before.tries + 1;
    await put(withStep(day, step.id, { state: "proposing", tries }));
    const guard = step.collected ? player.collecting : player.plain;
    const { tool, args, reason } = step;
    const checked = await guard.check({ tool, args, ...(reason !== undefined && { reason }) });
    switch (checked.status) {
      case "allowed": {
        const { text, found } = use(tool, checked.call.args);
        await checked.finished("ran");
        await end(step, "allowed", "allow", `${step.says}: ${text}`, found);
        break;
      }
      case "blocked":
        await end(step, "blocked", "block", `${step.says}: blocked`, checked.told.message);
        break;
      case "not-run":
        await notNow(step, checked.told, tries);
        break;
      case "pending": {
        const { id } = checked;
        const held = line(step, "escalate", `${step.says}: waits for you`, null, id);
        await put(withStep(held, step.id, { state: "held", id, tries }));
        watch(player, step, id, tries);
      }
    }
    changed();
  }

  async function end(
    step: Step,
    outcome: StepOutcome,
    kind: LogLine["kind"],
    text: string,
    detail: string | null,
    id: string | null = null,
  ): Promise<void> {
    await put(withStep(line(step, kind, text, detail, id), step.id, { state: "done", outcome, id }));
  }

  /** The agent is told why its call did not run: it tries again where that makes sense, and else lets it be. */
  async function notNow(step: Step, told: Told, tries: number, id: string | null = null): Promise<void> {
    const { code, message, retryAfterMs } = told;
    if (code === "rejected" || code === "revoked") {
      await end(
        step,
        code,
        "rejected",
        `${step.says}: ${code === "rejected" ? "rejected" : "taken back"}`,
        message,
        id,
      );
      return;
    }
    if (code === "blocked") {
      await end(step, "blocked", "block", `${step.says}: blocked`, message, id);
      return;
    }
    const isWorthIt = ["cooling", "paused", "expired", "unavailable", "policy-changed", "too-many-pending"].includes(
      code,
    );
    if (!isWorthIt || (tries >= TRIES_MAX && code !== "paused")) {
      const outcome = code === "withdrawn" ? "withdrawn" : "failed";
      await end(step, outcome, "told", `${step.says}: did not run`, message, id);
      return;
    }
    const retryAtMs = Date.now() + (retryAfterMs ?? RETRY_MS);
    const todo = { state: "todo", retryAtMs, tries: code === "paused" ? tries - 1 : tries } as const;
    const isSaid = day.log.at(-1)?.detail === message;
    const said = isSaid ? day : line(step, "told", `${step.says}: not now`, message, id);
    await put(withStep(said, step.id, todo));
  }

  /** Waits for the answer to a held call, and goes on with what it comes to. */
  function watch(player: Player, step: Step, id: string, tries: number): void {
    if (player.watched.has(id)) return;
    player.watched.add(id);
    const guard = step.collected ? player.collecting : player.plain;
    const ended = async () => {
      const resumed = await guard.resume(id, { wait: true });
      if (resumed.status === "ran") {
        const { text } = resumed.result as { readonly text: string };
        await end(step, "approved", "approved", `${step.says}: approved, ${text}`, null, id);
      } else if (resumed.status === "not-run") {
        await notNow(step, resumed.told, tries, id);
      }
    };
    ended()
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        return end(step, "failed", "told", `${step.says}: did not run`, message, id);
      })
      .catch(() => undefined)
      .finally(() => {
        player.watched.delete(id);
        changed();
      });
  }

  /** Takes up what a reload has interrupted. */
  async function takeUp(player: Player): Promise<void> {
    for (const step of STEPS) {
      const before = stateOf(day, step.id);
      if (before.state === "held") watch(player, step, before.id, before.tries);
      if (before.state !== "proposing") continue;
      const found = await heldAlready(player, day, step);
      const { tries } = before;
      if (found === null) await put(withStep(day, step.id, { state: "todo", retryAtMs: 0, tries }));
      else {
        const held = line(step, "escalate", `${step.says}: waits for you`, null, found);
        await put(withStep(held, step.id, { state: "held", id: found, tries }));
        watch(player, step, found, tries);
      }
    }
  }

  async function answerQuestions(player: Player): Promise<void> {
    for (const step of STEPS) {
      const now = stateOf(day, step.id);
      if (now.state !== "held") continue;
      const record = await player.people.read(now.id);
      if (record?.status !== "pending") continue;
      const asked = record.questions.find(({ answer }) => answer === null);
      if (asked === undefined) continue;
      const words = step.answer ?? "It belongs to what I was asked to do today.";
      await player.plain.answer(now.id, words).catch(() => undefined);
      await put(line(step, "note", "is asked, and answers", words, now.id));
      changed();
    }
  }

  async function prepare(): Promise<void> {
    const todayMs = new Date().setUTCHours(0, 0, 0, 0);
    while (day.prepared < PAST.length) {
      const inForce = room.inForce();
      const call = PAST[day.prepared];
      tell(inForce === null ? "no-policy" : "preparing");
      if (inForce === null || call === undefined) await rest(LOOK_MS);
      else {
        await writePast(store, await policy(), call, todayMs);
        await put({ ...day, prepared: day.prepared + 1 });
      }
    }
    queue.postMessage("changed");
  }

  async function playDay(): Promise<void> {
    day = (await kept.read()) ?? newDay(`day-${Date.now()}`);
    await prepare();
    const player = playerOf(store, policy, day.session);
    await takeUp(player);
    for (;;) {
      await answerQuestions(player);
      if (!day.isOn && once === 0) {
        tell(settledOf(day) === STEPS.length ? "over" : "paused");
        await rest(LOOK_MS);
        continue;
      }
      const next = nextOf(day, Date.now());
      if (next.kind === "skip") {
        for (const { id } of next.steps) {
          day = withStep(day, id, { state: "done", outcome: "skipped", id: null });
        }
        await put(day);
      } else if (next.kind === "over") {
        if (state !== "over") {
          tell("over");
          await put({ ...day, isOn: false });
        }
        await rest(LOOK_MS);
      } else if (next.kind === "wait") {
        tell("waiting");
        await rest(Math.min(LOOK_MS, Math.max(50, (next.untilMs ?? Infinity) - Date.now())));
      } else if (room.inForce() === null) {
        tell("no-policy");
        await rest(LOOK_MS);
      } else {
        once = Math.max(0, once - 1);
        tell("playing");
        await propose(player, next.step);
        await pace(next.step);
      }
    }
  }

  /** The time between two steps, or until somebody asks for the next. */
  async function pace(step: Step): Promise<void> {
    const ms = step.collected ? Math.min(COLLECTED_PACE_MS, PACE_MS[day.speed]) : PACE_MS[day.speed];
    const untilMs = Date.now() + ms;
    while (once === 0 && day.isOn && Date.now() < untilMs) await rest(untilMs - Date.now());
  }

  // The lock lasts until this worker is gone.
  void navigator.locks.request(`${space}-agent`, async () => {
    tell("preparing");
    await playDay();
  });
  void kept.read().then((found) => {
    if (found === null || state !== "elsewhere") return;
    day = found;
    tell("elsewhere");
  });

  const setOn = (isOn: boolean) => {
    if (state === "elsewhere") return;
    void put({ ...day, isOn });
    wake();
  };
  return {
    follow(heard) {
      onNow = heard;
      onNow(nowOf(day, state));
    },
    play: () => setOn(true),
    pause: () => setOn(false),
    next() {
      if (state === "elsewhere") return;
      once = 1;
      wake();
    },
    speed(speed) {
      if (state === "elsewhere") return;
      void put({ ...day, speed });
      wake();
    },
    counts: () => countRules(store),
  };
}

/** Answers the policy in force; waits a moment for one, as the editor has none between two keys. */
function policyOf(room: Room): () => Promise<Policy> {
  let mine: Policy | null = null;
  room.keep(() => mine);
  return async () => {
    for (let look = 0; look < 20 && room.inForce() === null; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const inForce = room.inForce();
    if (inForce === null) throw new Error("no policy is in force, so nothing is decided");
    if (mine !== inForce.policy) {
      const before = mine;
      mine = inForce.policy;
      // A call on its way may still decide by it for a moment.
      setTimeout(() => room.retire(before), 10_000);
    }
    return mine;
  };
}

function playerOf(store: Store, policy: () => Promise<Policy>, session: string): Player {
  const options = { policy, store, agent: "office", session, pollMs: 500 };
  const plain = createGuard(options);
  const collecting = createGuard({ ...options, collect: COLLECT });
  for (const guard of [plain, collecting]) {
    for (const tool of TOOL_NAMES) guard.wrap(tool, (args: unknown) => use(tool, args));
  }
  return { store, people: createEscalations({ store }), plain, collecting, watched: new Set() };
}

/** The escalation that a step came to before the page went, if it did. */
async function heldAlready({ people }: Player, day: Day, { tool, args }: Step): Promise<string | null> {
  const known = new Set(Object.values(day.steps).flatMap((step) => (step.state === "held" ? [step.id] : [])));
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

function nowOf(day: Day, state: DemoState): DemoNow {
  return {
    state,
    speed: day.speed,
    prepared: { done: day.prepared, of: PAST.length },
    clock: day.clock,
    steps: day.steps,
    allowed: countOf(day, "allowed"),
    blocked: countOf(day, "blocked"),
    total: STEPS.length,
    settled: settledOf(day),
    checks: 0,
    log: day.log,
  };
}
