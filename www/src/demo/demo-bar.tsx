/** The demonstration's bar: says that nothing is real, works the agent, and guides through its day. */

import { useEffect, useState } from "preact/hooks";
import type { DemoNow, DemoSpeed, DemoState } from "../engine/demo/api.ts";
import { Guide } from "./guide.tsx";
import { Log } from "./log.tsx";
import { startOver } from "./prepare.ts";
import { followAgent, hidden, hide, now, tell } from "./state.ts";

const SPEEDS: readonly { readonly speed: DemoSpeed; readonly title: string }[] = [
  { speed: "calm", title: "Calm" },
  { speed: "normal", title: "Normal" },
  { speed: "fast", title: "Fast" },
];

export function DemoBar() {
  useEffect(followAgent, []);
  const told = now.value;
  const [isWhole, setWhole] = useState(false);
  return (
    <aside class={isWhole ? "demo-bar whole" : "demo-bar"} aria-label="Demonstration">
      <div class="demo-strip">
        <p class="demo-says">
          <strong>Demonstration.</strong> Nothing here is real: the agent, its shop and all people are made up, and no
          call reaches anything.
        </p>
        {told !== null && <Works told={told} />}
        <span class="spacer" />
        <button type="button" aria-expanded={!hidden.value} onClick={() => hide(!hidden.value)}>
          {hidden.value ? "Show the guide" : "Hide the guide"}
        </button>
        {!hidden.value && (
          // Of use where there is room for the current step only.
          <button type="button" class="demo-more" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            All steps and the log
          </button>
        )}
        <button type="button" onClick={startOver}>
          Start over
        </button>
        {/* Without the query it is the real app. */}
        <a class="button" href="./">
          Leave the demo
        </a>
      </div>
      {told !== null && !hidden.value && (
        <div class="demo-columns">
          <Guide told={told} />
          <Log lines={told.log} />
        </div>
      )}
    </aside>
  );
}

function Works({ told }: { readonly told: DemoNow }) {
  const { state, speed, settled } = told;
  const isElsewhere = state === "elsewhere";
  const isOn = state === "playing" || state === "waiting" || state === "no-policy";
  const begin = settled === 0 ? "Start the day" : "Go on";
  return (
    <div class="demo-works">
      {isOn && (
        <button type="button" onClick={() => tell((api) => api.demoPause())}>
          Pause the day
        </button>
      )}
      {!isOn && state !== "over" && (
        <button
          type="button"
          class="primary"
          disabled={isElsewhere || state === "preparing"}
          onClick={() => tell((api) => api.demoPlay())}
        >
          {begin}
        </button>
      )}
      {state !== "over" && (
        <button
          type="button"
          disabled={isElsewhere || state === "preparing"}
          onClick={() => tell((api) => api.demoNext())}
        >
          Next call
        </button>
      )}
      <span class="field-inline">
        <label class="quiet" for="demo-pace">
          Pace
        </label>
        <select
          id="demo-pace"
          value={speed}
          disabled={isElsewhere}
          onChange={({ currentTarget }) => {
            const chosen = SPEEDS.find((each) => each.speed === currentTarget.value);
            if (chosen !== undefined) tell((api) => api.demoSpeed(chosen.speed));
          }}
        >
          {SPEEDS.map((each) => (
            <option key={each.speed} value={each.speed}>
              {each.title}
            </option>
          ))}
        </select>
      </span>
      <span class="demo-state" aria-live="polite">
        <span class="demo-clock">{told.clock}</span> {wordsOf(state, told)}
      </span>
    </div>
  );
}

function wordsOf(state: DemoState, { prepared, settled, total }: DemoNow): string {
  switch (state) {
    case "elsewhere":
      return "another tab plays the day; close it to play here";
    case "preparing":
      return `writing the days before today: ${prepared.done} of ${prepared.of} calls`;
    case "paused":
      return settled === 0 ? "the agent has not begun" : "the agent is paused";
    case "playing":
      return `the agent works: ${settled} of ${total}`;
    case "waiting":
      return "the agent waits for answers";
    case "no-policy":
      return "no policy is in force, so the agent proposes nothing";
    case "over":
      return "the day is over";
  }
}
