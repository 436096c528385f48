/** What a reviewer sees: cards of single calls, made by the engine. */
import type { Card, CardContext, Written } from "./card.js";
import { stackOf } from "./decides.js";
import { engine, type FullStack, present, segments } from "./engines/full.js";
import type { Escalations } from "./escalations.js";
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
  const past = approved?.slice(0, APPROVED_MAX).map(({ args }) => ({ args }));
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
