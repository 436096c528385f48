/** What the page knows of the demonstration. */

import { effect, signal } from "@preact/signals";
import type { EngineApi } from "../engine/api.ts";
import { ask, callback, engine } from "../engine/client.ts";
import type { DemoNow, RuleCount } from "../engine/demo/api.ts";
import { SPACE } from "../place.ts";

const HIDDEN = `${SPACE}.hidden`;

/** `null` until the agent has said what it is at. */
export const now = signal<DemoNow | null>(null);

/** Whether guide and log are hidden. */
export const hidden = signal(wasHidden());

/** What people said to each rule; `null` until somebody asks. */
export const counts = signal<readonly RuleCount[] | null>(null);

/** Follows the agent, again when the engine was restarted. */
export function followAgent(): void {
  effect(() => {
    if (engine.value.state !== "ready") return;
    const onNow = callback((told: DemoNow) => {
      now.value = told;
    });
    tell((api) => api.demoFollow(onNow));
  });
}

/** Tells the agent something. If the engine is gone the page says so elsewhere. */
export function tell(what: (api: EngineApi) => Promise<void>): void {
  ask(what).catch(() => undefined);
}

export async function count(): Promise<void> {
  const found = await ask((api) => api.demoCounts(), true).catch(() => null);
  if (found !== null) counts.value = found;
}

export function hide(isHidden: boolean): void {
  hidden.value = isHidden;
  try {
    localStorage.setItem(HIDDEN, String(isHidden));
  } catch {
    // It is shown again after the next load.
  }
}

function wasHidden(): boolean {
  try {
    return localStorage.getItem(HIDDEN) === "true";
  } catch {
    return false;
  }
}
