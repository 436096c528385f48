/** What the history of a store proves of the rules that ask people. */

import { createCalibrator, type Store, type VerifyHistoryOptions, verifyHistory } from "countersign";
import type { Failure } from "../api.ts";
import type { AttentionReport } from "../attention/api.ts";
import { failure } from "../failure.ts";
import type { Room } from "../room.ts";
import type { Calibrated } from "./api.ts";

/**
 * Reads and verifies the history in `store` at once. Proposals need a checkpoint that was kept elsewhere, and reviewers who
 * were seen to look.
 */
export async function calibrated(
  room: Room,
  store: Store,
  { shown, caught, light }: AttentionReport,
  options: Pick<VerifyHistoryOptions, "checkpoint" | "onProgress" | "signal">,
): Promise<Calibrated | Failure> {
  const policy = await room.reviewPolicy();
  if (policy === null) return failure("no-policy", "no policy is in force whose rules could be calibrated");
  // Kept as it is now: the editor may put another in force meanwhile.
  const policyText = room.place().kind === "api" ? null : (room.inForce()?.text ?? null);
  const calibrator = createCalibrator(policy);
  calibrator.beginHistory(options.checkpoint?.size ?? null);
  try {
    const { problems, against } = await verifyHistory(store, {
      ...options,
      onEntries: (entries) => calibrator.push(entries),
    });
    const nowMs = Date.now();
    calibrator.endHistory(nowMs);
    const verified = problems.length === 0 && against !== null;
    const report = calibrator.report({ verified, light, checks: { caught, missed: shown - caught } }, nowMs);
    return { ok: true, report, isVerified: verified, problems: problems.length, checks: shown, policyText };
  } finally {
    calibrator.dispose();
  }
}
