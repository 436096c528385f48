/** The screen on which calls that are alike are answered, fetched when somebody opens it. */

import { BATCH_MAX, EscalationError, type EscalationRecord } from "countersign/review";
import { answered } from "../failure.ts";
import { recorded } from "./answering.ts";
import type { Answer, MemberAnswer, MemberResult, MemberResults, ShownBatch } from "./api.ts";
import type { Cards } from "./cards.ts";
import type { Desk } from "./desk.ts";

/** The batch with this key, as it is now. */
export async function readBatch(desk: Desk, key: string): Promise<ShownBatch> {
  const batches = await desk.cards.batches();
  const batch = batches.find((each) => each.key === key);
  if (batch === undefined) {
    throw new EscalationError("not-found", "these calls no longer wait together; they are in the queue if they wait");
  }
  const ids = batch.rows.map(({ id }) => id);
  const alone = recordsOf(desk, ids)
    .filter(({ decision }) => (decision.review?.confirm.length ?? 0) > 0)
    .map(({ id }) => id);
  const here = new Set(ids);
  for (const { outliers } of batches) for (const { id } of outliers) here.add(id);
  const more = likeThese(desk, ids).filter((id) => !here.has(id));
  return { ok: true, batch, alone, more, most: BATCH_MAX, risk: batch.headline.risk };
}

/** What approving these at once comes to; `null` if they are no batch. */
export function summaryOf(desk: Desk, ids: readonly string[]): ReturnType<Cards["summary"]> {
  return desk.cards.summary(recordsOf(desk, ids));
}

/**
 * Each gets a review of its own; one that fails keeps none of the others from being recorded. An answer to a check card
 * comes to no store.
 */
export async function answerBatch(desk: Desk, answers: readonly MemberAnswer[]): Promise<MemberResults> {
  const results: MemberResult[] = [];
  for (const { id, ...answer } of answers) results.push(await answerMember(desk, id, { ...answer, confirmed: {} }));
  desk.changed();
  return { ok: true, results };
}

async function answerMember(desk: Desk, id: string, answer: Answer): Promise<MemberResult> {
  const { verdict } = answer;
  const result = await answered(async () => {
    const check = await desk.checks.answer(id, answer, true);
    if (check !== null) return { ok: true as const, check, undoUntilMs: null };
    const record = await recorded(desk, id, answer, true, null);
    desk.shelf.put(record);
    const { grant } = record;
    return { ok: true as const, check, undoUntilMs: grant?.state === "waiting" ? grant.notBeforeMs : null };
  });
  return result.ok
    ? { id, verdict, failure: null, check: result.check, undoUntilMs: result.undoUntilMs }
    : { id, verdict, failure: result, check: null, undoUntilMs: null };
}

/** The calls and check cards with these ids. */
function recordsOf({ shelf, checks }: Desk, ids: readonly string[]): readonly EscalationRecord[] {
  const extras = checks.pending();
  const records = ids.map((id) => shelf.records().get(id) ?? extras.find((extra) => extra.id === id));
  return records.filter((record) => record !== undefined);
}

/** Ids of pending calls that are alike to those with `ids`, and of those themselves. */
function likeThese(desk: Desk, ids: readonly string[]): readonly string[] {
  const [first] = recordsOf(desk, ids);
  if (first === undefined) return [];
  const all = [...desk.shelf.records().values(), ...desk.checks.pending()];
  const pending = all.filter(({ status, unapprovable }) => status === "pending" && unapprovable === null);
  const sign = signOf(first);
  return pending.filter((record) => signOf(record) === sign).map(({ id }) => id);
}

function signOf({ call: { tool, tenant, args }, decision: { rule, risk }, guard }: EscalationRecord): string {
  return JSON.stringify([tool, tenant ?? null, Object.keys(args ?? {}).sort(), rule, risk, guard]);
}
