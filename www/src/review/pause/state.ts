/** Which agents are paused, as the store says. */

import { effect, signal } from "@preact/signals";
import { ask, engine } from "../../engine/client.ts";
import type { Paused } from "../../engine/review/api.ts";
import { onChange } from "../state.ts";

/** `null` until it was read. */
export const paused = signal<Paused | null>(null);

/** Why the last pause, or end of one, was not recorded. */
export const pauseTrouble = signal<string | null>(null);

export async function readPauses(withAgents = false): Promise<void> {
  if (engine.value.state !== "ready") return;
  const found = await ask((api) => api.pausedAgents(withAgents)).catch(() => null);
  if (found?.ok) paused.value = found;
}

/** Pauses an agent, or every agent, or ends that. */
export async function setPaused(agent: string | null, isPaused: boolean): Promise<void> {
  pauseTrouble.value = null;
  const result = await ask((api) => api.pause({ agent, paused: isPaused, note: "" })).catch(() => null);
  if (result?.ok) {
    paused.value = result;
    return;
  }
  const why = result === null ? "the engine stopped" : result.message;
  const what = isPaused ? "The pause was not recorded, and agents go on" : "The pause goes on";
  pauseTrouble.value = `${what}: ${why}`;
}

/** Follows the store and the engine; answers how to stop. */
export function followPauses(): () => void {
  const stopHints = onChange(() => void readPauses());
  const stop = effect(() => {
    if (engine.value.state === "ready") void readPauses();
  });
  return () => {
    stopHints();
    stop();
  };
}
