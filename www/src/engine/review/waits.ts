/** What else a call waits for: the others of its batch, and the end of a pause. */

import type { EscalationRecord, Reviewing } from "countersign/review";
import type { Waits } from "./api.ts";
import type { Shelf } from "./shelf.ts";

/** What `escalation` waits for beside its own answer; nothing once it is closed for good or was let run. */
export async function waitsOf(escalations: Reviewing, shelf: Shelf, escalation: EscalationRecord): Promise<Waits> {
  const { status, grant, run, call } = escalation;
  const isApproved = run === null && (grant?.state === "waiting" || grant?.state === "ready");
  if (status !== "pending" && !isApproved) return { batch: null, paused: false };
  return {
    batch: await othersOfBatch(shelf, escalation),
    paused: isApproved && isPaused(await escalations.paused(), call.agent),
  };
}

async function othersOfBatch(shelf: Shelf, { id, batch }: EscalationRecord): Promise<number | null> {
  if (batch === null) return null;
  await shelf.sync();
  const others = [...shelf.records().values()].filter((item) => item.batch === batch && item.id !== id);
  return others.filter(({ status }) => status === "pending").length;
}

function isPaused(paused: readonly (string | null)[], agent: EscalationRecord["call"]["agent"]): boolean {
  const id = typeof agent === "object" ? agent.id : agent;
  return paused.some((each) => each === null || each === id);
}
