/** Answers of reviewers, to calls and to check cards. */

import { EscalationError, type EscalationRecord, type Policy, undoMsOf } from "countersign/review";
import type { Given } from "../attention/api.ts";
import type { Answer, Recorded, Shown } from "./api.ts";
import { type Desk, readCall, shownOf } from "./desk.ts";

export async function answerCall(desk: Desk, id: string, answer: Answer, policy: Policy | null): Promise<Recorded> {
  const { verdict } = answer;
  const check = await desk.checks.answer(id, answer, false);
  if (check !== null) {
    desk.changed();
    return { ok: true, check, verdict };
  }
  const record = await recorded(desk, id, answer, false, policy);
  desk.changed();
  return shownOf(desk, record, policy);
}

/** Records the answer to a call that is no check card. */
export async function recorded(
  desk: Desk,
  id: string,
  { verdict, note, digest, confirmed, shownMs }: Answer,
  inBatch: boolean,
  policy: Policy | null,
): Promise<EscalationRecord> {
  const before = await desk.escalations.read(id);
  if (before === null) throw new EscalationError("not-found", "there is no such escalation here");
  const { readingFloorMs } = await desk.cards.card(before, policy);
  const record = await desk.escalations.review(id, {
    verdict,
    digest,
    confirmed,
    shownMs,
    undoMs: verdict === "approve" ? undoMsOf(before.decision.risk) : 0,
    inBatch,
    ...desk.by,
    ...(note !== "" && { note }),
  });
  desk.sitting.add(id);
  const given: Given = { verdict, shownMs, readingFloorMs, inBatch, atMs: Date.now() };
  // It is recorded; whether a check card can be planted does not change that.
  await desk.attention.reviewed(given, sampleOf(desk)).catch(() => undefined);
  return record;
}

/** The newest calls that were not edited. */
function sampleOf({ shelf }: Desk): readonly EscalationRecord[] {
  return shelf.newest().filter(({ original }) => original === null);
}

/** Asks the agent; of a check card nobody answers, as of a call whose agent says nothing. */
export async function askAgent(desk: Desk, id: string, text: string, policy: Policy | null): Promise<Shown> {
  const check = await desk.checks.read(id);
  if (check !== null) {
    desk.checks.ask(id, text, desk.by.by ?? null);
    return readCall(desk, id, policy);
  }
  const record = await desk.escalations.ask(id, { ...desk.by, text });
  desk.changed();
  return shownOf(desk, record, policy);
}

/** Changes a call. Of a check card that counts as not letting it through as it is. */
export async function editCall(
  desk: Desk,
  id: string,
  args: Readonly<Record<string, unknown>>,
  note: string,
  policy: Policy,
): Promise<Recorded> {
  const check = await desk.checks.read(id);
  if (check !== null) {
    const answer: Answer = { verdict: "reject", note, digest: check.record.digest, confirmed: {}, shownMs: 0 };
    return answerCall(desk, id, answer, policy);
  }
  const { editIn } = await import("./opening.ts");
  const record = await editIn(desk.store, id, policy, { args, ...desk.by, ...(note !== "" && { note }) });
  desk.changed();
  return shownOf(desk, record, policy);
}
