/** What a reviewer sees: cards of single calls, made by the engine. */
import type { Batch, Card, CardContext, Written } from "./card.js";
import { stackOf } from "./decides.js";
import { batches, engine, type FullStack, type PlacedBatch, present, segments } from "./engines/full.js";
import type { Escalations } from "./escalations.js";
import { deepFreeze } from "./freeze.js";
import type { Escalation } from "./lifecycle.js";
import type { Policy } from "./policy.js";
import type { Call, Decision, Digest } from "./types.js";
import type { EscalationRecord } from "./writing.js";

/** What is shown: the record of an escalation, or a call that is none with its digest and decision. */
export type Presentable =
  | EscalationRecord
  | ({ readonly call: Call; readonly digest: Digest; readonly decision: Decision } & Partial<
      Pick<Escalation, "original" | "links" | "unapprovable">
    >);

/** What a card is made with beside the call. */
export interface PresentOptions extends CardContext {
  /**
   * The policy that decided, for conditions with their values, places in its text, what would have been allowed, and keys
   * that its tool catalogue does not know. Another one than decided adds nothing but the last.
   */
  readonly policy?: Policy;
}

/** More calls that were approved before are not read. */
export const APPROVED_MAX = 200;
/** How many escalations are looked through for them. */
const LOOKED_THROUGH_MAX = 2000;
const PAGE = 200;

/**
 * The card of a held call: everything that its reviewer must see, in the order in which it is shown, with nothing hidden.
 *
 * Without `approved` it says nothing of earlier calls; with none in it, it says that there was none.
 *
 * @throws {@link EscalationError} `unknown-word` if `shown` is not what the types say, `broken-history` if its call is no
 *   plain data, such as one with the key `__proto__` or nested too deeply.
 * @throws {@link EngineError} if the engine failed or the policy was disposed.
 *
 * @example
 * ```ts
 * const held = await escalations.open(policy, { tool: "email.send", args: { to: ["a@acme.com"] } });
 * const card = await presentCard(held, { policy, ...(await cardContext(escalations, held)) });
 * textOf(card.headline.verb); // "Send email"
 * ```
 */
export async function presentCard(shown: Presentable, options: PresentOptions = {}): Promise<Card> {
  await engine.ready();
  const { policy, approved } = options;
  const { call, digest, decision, original = null, links = null, unapprovable = null } = shown;
  const record = { call, digest, decision, original: original && { call: original.call }, links, unapprovable };
  const past = approved && argsOf(approved).map((args) => ({ args }));
  return present(record, past && { approved: past }, policy && (stackOf(policy) as FullStack));
}

/**
 * What earlier calls of the tool of `record` say about it: up to 200 that were approved, newest first.
 *
 * @throws {@link StoreError} as {@link Escalations.list} does.
 */
export async function cardContext(
  escalations: Pick<Escalations, "list">,
  record: Pick<EscalationRecord, "call"> & { readonly id?: string },
): Promise<Required<CardContext>> {
  const approved: { readonly args: unknown; readonly atMs: number }[] = [];
  let after: string | undefined;
  let seen = 0;
  do {
    const page = await escalations.list({ status: "approved", limit: PAGE, ...(after !== undefined && { after }) });
    for (const { id, call, closedAtMs, openedAtMs } of page.items) {
      if (id === record.id || call.tool !== record.call.tool || call.tenant !== record.call.tenant) continue;
      if (approved.length < APPROVED_MAX) approved.push({ args: call.args, atMs: closedAtMs ?? openedAtMs });
    }
    seen += PAGE;
    after = page.next ?? undefined;
  } while (after !== undefined && approved.length < APPROVED_MAX && seen < LOOKED_THROUGH_MAX);
  return { approved };
}

/** What batches are made with beside the calls. */
export interface BatchesOptions {
  /** What is known of earlier calls, by tool, as {@link cardContext} gives it. */
  readonly approved?: Readonly<Record<string, NonNullable<CardContext["approved"]>>>;
  /** How many batches at most, those of the largest groups first; 50 unless written. */
  readonly most?: number;
}

const BATCHES = 50;

/**
 * The batches among pending escalations: calls that are alike and can be reviewed on one screen, each with its own review.
 *
 * Alike are calls of one tool by one agent under one guard that the same rule holds for the same cause with the same risk,
 * with the same keys. What sticks out leaves its batch and says why: a number far from the others, a value or a host that
 * was never approved or that no other has, a flagged character. Calls whose review needs something typed or several
 * reviewers are in no batch. A batch covers the calls that it lists and none that comes later.
 *
 * @param records In any order; only pending ones count.
 * @throws {@link EscalationError} `unknown-word` if one of `records` is not what the types say.
 * @throws {@link EngineError} if the engine failed.
 *
 * @example
 * ```ts
 * const { items } = await escalations.list({ status: "pending" });
 * for (const batch of await batchesOf(items)) console.log(textOf(batch.summary)); // "Approve 7 · largest args.amount 40"
 * ```
 */
export async function batchesOf(
  records: readonly EscalationRecord[],
  options: BatchesOptions = {},
): Promise<readonly Batch[]> {
  const { most = BATCHES, approved = {} } = options;
  if (!Number.isInteger(most) || most < 1) throw new RangeError("`most` must be an integer from 1");
  await engine.ready();
  const pending = records.filter((record) => record.status === "pending" && isPlain(record));
  const inOrder = [...pending].sort((a, b) => a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1));
  const past = Object.entries(approved).map(([tool, calls]) => [tool, argsOf(calls)] as const);
  const found = batches(itemsOf(inOrder), Object.fromEntries(past), most);
  return deepFreeze(found.map((batch) => withMembers(batch, inOrder)));
}

function withMembers(batch: PlacedBatch, records: readonly EscalationRecord[]): Batch {
  const member = <Rest extends object>({ item, ...rest }: { readonly item: number } & Rest) => {
    // The engine tells no other places than it was given.
    const { id, digest } = records[item] as EscalationRecord;
    return { id, digest, ...rest };
  };
  return { ...batch, rows: batch.rows.map(member), outliers: batch.outliers.map(member) };
}

/** Whether one click can approve it: nothing is typed for it, nobody else is asked, and nothing is told beside it. */
function isPlain({ unapprovable, approvalsMissing, decision: { review }, original, links }: EscalationRecord): boolean {
  return (
    unapprovable === null &&
    original === null &&
    approvalsMissing === 1 &&
    links.rejected.length === 0 &&
    links.unknown.length === 0 &&
    (review?.confirm.length ?? 0) === 0
  );
}

/** Only what batches go by, and each decision once, so that thousands are carried over quickly. */
function itemsOf(records: readonly EscalationRecord[]) {
  const places = new Map<string, number>();
  const decisions: unknown[] = [];
  const items = records.map(({ guard, call, decision }) => {
    const { action, policy, rule, cause, risk, reversible } = decision;
    const key = JSON.stringify([action, policy, rule, cause, risk, reversible]);
    let place = places.get(key);
    if (place === undefined) {
      place = decisions.length;
      places.set(key, place);
      const left = { reason: null, undecidable: [], consequence: null, review: null, marks: [], charge: [] };
      decisions.push({ ...decision, ...left });
    }
    const { tool, args, agent, user, context, tenant, toolDigest } = call;
    return [place, guard, { tool, args, agent, user, context, tenant, toolDigest }] as const;
  });
  return { decisions, items };
}

function argsOf(calls: NonNullable<CardContext["approved"]>): readonly unknown[] {
  return calls.slice(0, APPROVED_MAX).flatMap(({ args }) => (args === undefined ? [] : [args]));
}

/**
 * Any text that somebody else wrote as segments in which nothing hides.
 *
 * @throws {@link EngineError} if the engine failed.
 */
export async function segmentsOf(text: string): Promise<Written> {
  if (typeof text !== "string") throw new TypeError("the text must be a string");
  await engine.ready();
  return segments(text);
}
