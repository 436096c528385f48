/** What the page knows of the demonstration. */

import { effect, signal } from "@preact/signals";
import type { EngineApi } from "../engine/api.ts";
import { ask, callback, engine } from "../engine/client.ts";
import type { DemoNow } from "../engine/demo/api.ts";
import { checkpoint, compare, rememberExport, remembered } from "../evidence/remembered.ts";
import { SPACE } from "../place.ts";

const HIDDEN = `${SPACE}.hidden`;

/** `null` until the agent has said what it is at. */
export const now = signal<DemoNow | null>(null);

/** Whether guide and log are hidden. */
export const hidden = signal(wasHidden());

/** Follows the agent, again when the engine was restarted. */
export function followAgent(): void {
  effect(() => {
    if (engine.value.state !== "ready") return;
    const onNow = callback((told: DemoNow) => {
      now.value = told;
      if (told.prepared.done === told.prepared.of) void keepCheckpoint();
    });
    tell((api) => api.demoFollow(onNow));
  });
}

/** As if somebody had kept a checkpoint of the days before today elsewhere. */
async function keepCheckpoint(): Promise<void> {
  if (remembered.value.exported !== null) return;
  await compare();
  const made = checkpoint.value;
  if (made != null && remembered.value.exported === null) rememberExport(made);
}

/** Tells the agent something. If the engine is gone the page says so elsewhere. */
export function tell(what: (api: EngineApi) => Promise<void>): void {
  ask(what).catch(() => undefined);
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
