/** Where the day is played: how it stands, kept and told to whoever looks on, and how to rest until something happens. */

import type { Place } from "../../place.ts";
import { channelOf } from "../review/queue.ts";
import type { DemoNow, DemoState, LogLine } from "./api.ts";
import { countOf, newDay, settledOf, withLine } from "./day.ts";
import { type Day, keptDay } from "./kept.ts";
import { PAST } from "./past.ts";
import { STEPS, type Step } from "./script.ts";

export interface Stage {
  day(): Day;
  state(): DemoState;
  /** Tells what the agent is at. */
  tell(state: DemoState): void;
  /** Changes the day and keeps it. */
  put(day: Day): Promise<void>;
  /** Takes up the day that was kept, or a new one. */
  open(): Promise<void>;
  /** The day with a line about `step` more. */
  line(step: Step, kind: LogLine["kind"], text: string, detail?: string | null, id?: string | null): Day;
  /** Tells the page and other tabs that the queue has changed. */
  changed(): void;
  /** Ends when something has happened, or after `ms`. */
  rest(ms: number): Promise<void>;
  wake(): void;
  follow(onNow: (now: DemoNow) => void): void;
}

export function createStage(place: Extract<Place, { space: string }>): Stage {
  const kept = keptDay(place.space);
  const tabs = new BroadcastChannel(`${place.space}-agent`);
  const queue = new BroadcastChannel(channelOf(place));
  let day = newDay("day-1");
  let state: DemoState = "elsewhere";
  let onNow: (now: DemoNow) => void = () => undefined;
  let wake: () => void = () => undefined;
  let writing: Promise<unknown> = Promise.resolve();

  tabs.addEventListener("message", ({ data }: MessageEvent<DemoNow>) => {
    // What the tab that plays tells; here nothing is played.
    if (state === "elsewhere") onNow({ ...data, state });
  });
  queue.addEventListener("message", () => wake());

  function tell(next: DemoState): void {
    state = next;
    const now = nowOf(day, state);
    onNow(now);
    if (state !== "elsewhere") tabs.postMessage(now);
  }

  return {
    day: () => day,
    state: () => state,
    tell,
    async put(next) {
      day = next;
      tell(state);
      const written = writing.then(() => kept.write(next));
      writing = written.catch(() => undefined);
      await written;
    },
    async open() {
      day = (await kept.read()) ?? newDay(`day-${Date.now()}`);
    },
    line(step, kind, text, detail = null, id = null) {
      // What was put off happens later than it was meant to.
      const clock = step.clock > day.clock ? step.clock : day.clock;
      return withLine(day, { clock, kind, text, detail, id });
    },
    changed() {
      queue.postMessage("changed");
      wake();
    },
    rest: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    wake: () => wake(),
    follow(heard) {
      onNow = heard;
      onNow(nowOf(day, state));
    },
  };
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
    check: day.check,
    log: day.log,
  };
}
