/** What else a call waits for: the others of its batch, and the end of a pause. */

import type { EscalationRecord, Escalations } from "countersign";
import type { Waits } from "./api.ts";

const PAGE_LENGTH = 200;

/** What `escalation` waits for beside its own answer; nothing once it is closed for good or was let run. */
export async function waitsOf(escalations: Escalations, escalation: EscalationRecord): Promise<Waits> {
  const { status, grant, run, call } = escalation;
  const isApproved = run === null && (grant?.state === "waiting" || grant?.state === "ready");
  if (status !== "pending" && !isApproved) return { batch: null, paused: false };
  return {
    batch: await othersOfBatch(escalations, escalation),
    paused: isApproved && isPaused(await escalations.paused(), call.agent),
  };
}

async function othersOfBatch(escalations: Escalations, { id, batch }: EscalationRecord): Promise<number | null> {
  if (batch === null) return null;
  let count = 0;
  let next: string | null = null;
  do {
    const query = { status: "pending" as const, limit: PAGE_LENGTH, ...(next !== null && { after: next }) };
    const page = await escalations.list(query);
    count += page.items.filter((item) => item.batch === batch && item.id !== id).length;
    next = page.next;
  } while (next !== null);
  return count;
}

function isPaused(paused: readonly (string | null)[], agent: EscalationRecord["call"]["agent"]): boolean {
  const id = typeof agent === "object" ? agent.id : agent;
  return paused.some((each) => each === null || each === id);
}
