/** What calibrating has found. */

import { signal } from "@preact/signals";
import type { Checkpoint } from "countersign";
import { ask } from "../engine/client.ts";
import type { Calibrated, EvidenceFile } from "../engine/evidence/api.ts";
import { dayName, save } from "./save.ts";
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

/** The evidence that was saved last, whose checkpoint is to be kept; `null` until somebody saves some. */
export const savedEvidence = signal<EvidenceFile | null>(null);
export const savingTrouble = signal<string | null>(null);

/** Saves what the history says, read against `checkpoint` if one was kept elsewhere, as a file. */
export async function saveEvidence(checkpoint: Checkpoint | null): Promise<void> {
  savingTrouble.value = null;
  savedEvidence.value = null;
  const answer = await working("save", (onProgress) => ask((api) => api.saveEvidence(checkpoint, onProgress), true));
  if (answer === null) return;
  if (isFailure(answer)) {
    if (answer.code !== "stopped") savingTrouble.value = answer.message;
    return;
  }
  save(answer.file, `countersign-evidence-${dayName()}.json`);
  savedEvidence.value = answer;
}
