/** What calibrating has found. */

import { signal } from "@preact/signals";
import type { Checkpoint } from "countersign";
import { ask } from "../engine/client.ts";
import type { Calibrated } from "../engine/evidence/api.ts";
import { isFailure, working } from "./state.ts";

/** `null` until somebody asks. */
export const calibration = signal<Calibrated | null>(null);
export const calibrationTrouble = signal<string | null>(null);

/** Reads the history against `checkpoint`, if one was kept elsewhere, for what it proves. */
export async function calibrate(checkpoint: Checkpoint | null): Promise<void> {
  calibrationTrouble.value = null;
  const answer = await working("calibrate", (onProgress) => ask((api) => api.calibrate(checkpoint, onProgress), true));
  if (answer === null) return;
  if (!isFailure(answer)) calibration.value = answer;
  else if (answer.code !== "stopped") calibrationTrouble.value = answer.message;
}
