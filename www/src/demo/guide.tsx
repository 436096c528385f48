/** The guide: which steps there are, which have happened, and what to do now. */

import type { DemoNow } from "../engine/demo/api.ts";
import { calibration } from "../evidence/calibration-state.ts";
import { type GuideStep, guideOf } from "./guide-steps.ts";

export function Guide({ told }: { readonly told: DemoNow }) {
  const steps = guideOf(told, calibration.value !== null);
  // What waits for the reader comes first, whatever else is open.
  const current =
    steps.find((step) => !step.isDone && step.link !== null && step.id !== "watch") ??
    steps.find((step) => !step.isDone);
  const done = steps.filter(({ isDone }) => isDone).length;
  return (
    <section class="demo-guide" aria-label="Guide">
      <div class="demo-head">
        <h2>
          Guide <span class="count">{`${done} of ${steps.length}`}</span>
        </h2>
        {current?.link != null && (
          <a class="button demo-go" href={current.link.hash}>
            {current.link.text}
          </a>
        )}
      </div>
      <ol>
        {steps.map((step) => (
          <li key={step.id} class={markOf(step, current)} aria-current={step === current ? "step" : undefined}>
            <span aria-hidden="true">{step.isDone ? "✓" : step === current ? "▸" : "○"}</span> {step.title}
            {step.isDone && <span class="unseen"> (done)</span>}
          </li>
        ))}
      </ol>
      <div aria-live="polite">
        {current === undefined && <p>You have seen it all. Change the policy and start over, or leave the demo.</p>}
        {current !== undefined && <p>{current.says}</p>}
      </div>
    </section>
  );
}

function markOf(step: GuideStep, current: GuideStep | undefined): string {
  if (step.isDone) return "done";
  return step === current ? "current" : "";
}
