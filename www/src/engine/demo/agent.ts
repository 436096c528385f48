/**
 * The demonstration's agent: plays the script through a real guard, over the demonstration's own store.
 *
 * One tab plays, the others look on. The day is kept after each step, so that it goes on after a reload; what is held is
 * resumed, and what nobody knows to have been held is looked for in the store before it is proposed again.
 */

import type { Policy, Store } from "countersign";
import { indexedDbStore } from "countersign/stores/indexeddb";
import type { Place } from "../../place.ts";
import { type Kept, keptIn } from "../attention/kept.ts";
import type { Room } from "../room.ts";
import { type Actor, answerQuestions, createActor, propose, takeUp } from "./acting.ts";
import type { DemoNow, DemoSpeed } from "./api.ts";
import { lookAtCheck } from "./check.ts";
import { nextOf, settledOf, withStep } from "./day.ts";
import { PAST, pastAnswers, pastChecks, writePast } from "./past.ts";
import { STEPS, type Step } from "./script.ts";
import { createStage, type Stage } from "./stage.ts";

const PACE_MS: Readonly<Record<DemoSpeed, number>> = { calm: 3_500, normal: 1_600, fast: 250 };
/** Calls for one screen follow each other at once. */
const COLLECTED_PACE_MS = 200;
/** How often the agent looks for questions, and for a policy, while nothing tells of a change. */
const LOOK_MS = 1_000;
/** How long a policy that was replaced may still be asked by a call on its way. */
const RETIRE_MS = 10_000;

export interface Agent {
  follow(onNow: (now: DemoNow) => void): void;
  play(): void;
  pause(): void;
  next(): void;
  speed(speed: DemoSpeed): void;
}

/** What plays the day, and what the reader wants of it. */
interface Playing {
  readonly room: Room;
  readonly stage: Stage;
  readonly store: Store;
  readonly policy: () => Promise<Policy>;
  readonly kept: Kept;
  /** Whether the reader wants one more step, played or paused. */
  wantsNext: boolean;
}

/** The agent of the demonstration in `room`, which plays as soon as no other tab does. */
export function createAgent(room: Room, place: Extract<Place, { space: string }>): Agent {
  const stage = createStage(place);
  const store = indexedDbStore({ name: place.space });
  const kept = keptIn(place.space, null);
  const playing: Playing = { room, stage, store, kept, policy: policyOf(room), wantsNext: false };

  // The lock lasts until this worker is gone.
  void navigator.locks.request(`${place.space}-agent`, () => play(playing));

  function change(part: { readonly isOn?: boolean; readonly speed?: DemoSpeed }): void {
    if (stage.state() === "elsewhere") return;
    void stage.put({ ...stage.day(), ...part });
    stage.wake();
  }
  return {
    follow: stage.follow,
    play: () => change({ isOn: true }),
    pause: () => change({ isOn: false }),
    next() {
      playing.wantsNext = stage.state() !== "elsewhere";
      stage.wake();
    },
    speed: (speed) => change({ speed }),
  };
}

/** Plays until the worker is gone. */
async function play(playing: Playing): Promise<never> {
  const { stage, store, policy } = playing;
  await stage.open();
  await prepare(playing);
  stage.tell("paused");
  const actor = createActor(stage, store, policy);
  await takeUp(actor);
  for (;;) {
    await answerQuestions(actor);
    // A day without a check card goes on.
    await lookAtCheck(playing.room, actor).catch(() => undefined);
    if (stage.day().isOn || playing.wantsNext) await goOn(playing, actor);
    else {
      tellIfNew(stage, settledOf(stage.day()) === STEPS.length ? "over" : "paused");
      await stage.rest(LOOK_MS);
    }
  }
}

/** Writes the days before today. */
async function prepare({ room, stage, store, policy, kept }: Playing): Promise<void> {
  const todayMs = new Date().setUTCHours(0, 0, 0, 0);
  for (let call = PAST[stage.day().prepared]; call !== undefined; call = PAST[stage.day().prepared]) {
    const isDecided = room.inForce() !== null;
    tellIfNew(stage, isDecided ? "preparing" : "no-policy");
    if (!isDecided) await stage.rest(LOOK_MS / 10);
    else {
      // Before the first call, so that they are there once; check cards belong to no history of this browser.
      if (stage.day().prepared === 0) await kept.remember(pastChecks(todayMs), pastAnswers(todayMs));
      await writePast(store, await policy(), call, todayMs);
      await stage.put({ ...stage.day(), prepared: stage.day().prepared + 1 });
    }
  }
  stage.changed();
}

/** Takes the next step, or rests if there is none. */
async function goOn(playing: Playing, actor: Actor): Promise<void> {
  const { room, stage } = playing;
  const next = nextOf(stage.day(), Date.now());
  switch (next.kind) {
    case "skip": {
      const skipped = { state: "done", outcome: "skipped", id: null } as const;
      await stage.put(next.steps.reduce((day, { id }) => withStep(day, id, skipped), stage.day()));
      return;
    }
    case "over":
      playing.wantsNext = false;
      stage.tell("over");
      await stage.put({ ...stage.day(), isOn: false });
      return;
    case "wait":
      tellIfNew(stage, "waiting");
      await stage.rest(Math.min(LOOK_MS, Math.max(50, (next.untilMs ?? Number.POSITIVE_INFINITY) - Date.now())));
      return;
    case "step":
      if (room.inForce() === null) {
        tellIfNew(stage, "no-policy");
        await stage.rest(LOOK_MS / 10);
        return;
      }
      playing.wantsNext = false;
      stage.tell(stage.day().isOn ? "playing" : "paused");
      await propose(actor, next.step);
      await pace(playing, next.step);
  }
}

function tellIfNew(stage: Stage, state: DemoNow["state"]): void {
  if (stage.state() !== state) stage.tell(state);
}

/** The time between two steps, unless somebody asks for the next. */
async function pace(playing: Playing, step: Step): Promise<void> {
  const { stage } = playing;
  const begunMs = Date.now();
  const isOver = () => {
    const ms = PACE_MS[stage.day().speed];
    return Date.now() - begunMs >= (step.collected ? Math.min(COLLECTED_PACE_MS, ms) : ms);
  };
  while (stage.day().isOn && !playing.wantsNext && !isOver()) await stage.rest(COLLECTED_PACE_MS);
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
      setTimeout(() => room.retire(before), RETIRE_MS);
    }
    return mine;
  };
}
