/** What the history of a store proves of the rules that ask people. */

import {
  type Calibrator,
  createCalibrator,
  type Entry,
  type Store,
  type VerifyHistoryOptions,
  verifyHistory,
} from "countersign";
import type { Failure } from "../api.ts";
import type { AttentionReport } from "../attention/api.ts";
import { failure } from "../failure.ts";
import type { Room } from "../room.ts";
import type { Calibrated, EvidenceFile } from "./api.ts";

/**
 * Reads and verifies the history in `store` at once. Proposals need a checkpoint that was kept elsewhere, and reviewers who
 * were seen to look.
 */
export async function calibrated(
  room: Room,
  store: Store,
  { shown, caught, light }: AttentionReport,
  options: Reading,
): Promise<Calibrated | Failure> {
  const policy = await room.reviewPolicy();
  if (policy === null) return failure("no-policy", "no policy is in force whose rules could be calibrated");
  // Kept as it is now: the editor may put another in force meanwhile.
  const policyText = room.place().kind === "api" ? null : (room.inForce()?.text ?? null);
  const calibrator = createCalibrator(policy);
  try {
    const { problems, verified, nowMs } = await readInto(calibrator, store, options);
    const report = calibrator.report({ verified, light, checks: { caught, missed: shown - caught } }, nowMs);
    return { ok: true, report, isVerified: verified, problems, checks: shown, policyText };
  } finally {
    calibrator.dispose();
  }
}

/** The evidence of the history in `store`, as a file, with its checkpoint. */
export async function evidenceFile(room: Room, store: Store, options: Reading): Promise<EvidenceFile | Failure> {
  const policy = await room.reviewPolicy();
  if (policy === null) return failure("no-policy", "no policy is in force whose rules there could be evidence of");
  const calibrator = createCalibrator(policy);
  try {
    const { problems, verified } = await readInto(calibrator, store, options);
    if (problems > 0) return failure("broken-history", "the history is not whole, so it is evidence of nothing");
    const evidence = calibrator.evidence(verified);
    const file = new Blob([`${JSON.stringify(evidence)}\n`], { type: "application/json" });
    const checkpoint = `${JSON.stringify({ evidence: evidence.digest })}\n`;
    return { ok: true, file, checkpoint, isVerified: evidence.verified };
  } finally {
    calibrator.dispose();
  }
}

type Reading = Pick<VerifyHistoryOptions, "checkpoint" | "onProgress" | "signal">;

async function readInto(calibrator: Calibrator, store: Store, options: Reading) {
  calibrator.beginHistory(options.checkpoint?.size ?? null);
  const onEntries = (entries: readonly Entry[]) => calibrator.push(entries);
  const { problems, against } = await verifyHistory(store, { ...options, onEntries });
  const nowMs = Date.now();
  calibrator.endHistory(nowMs);
  return { problems: problems.length, verified: problems.length === 0 && against !== null, nowMs };
}
