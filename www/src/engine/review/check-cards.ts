/**
 * Check cards as the page meets them: in the shape of escalations, through the same functions.
 *
 * They live in `Attention` only. Nothing here has a store, so that no answer to one can come to an agent or into the history.
 */

import { EscalationError, type EscalationRecord, type Verdict } from "countersign/review";
import type { Attention, CheckCard, CheckResult } from "../attention/api.ts";
import type { Answer, Queued } from "./api.ts";
import { valueAt } from "./field.ts";

/** What a reviewer did with a check card before answering it; forgotten with the page. */
interface Beside {
  readonly claim: Queued["claim"];
  readonly questions: Queued["questions"];
}

const NOTHING: Beside = { claim: null, questions: [] };

export interface CheckCards {
  /** Reads which wait now. */
  sync(): Promise<void>;
  /** Those that wait, as of the last reading. */
  pending(): readonly EscalationRecord[];
  /** One that was answered while this page is open. */
  answered(id: string): EscalationRecord | null;
  read(id: string): Promise<{ readonly check: CheckCard; readonly record: EscalationRecord } | null>;
  /** Records the answer; `null` if it is no check card. */
  answer(id: string, answer: Answer, inBatch: boolean): Promise<CheckResult | null>;
  claim(id: string, untilMs: number, by: string | null): void;
  ask(id: string, text: string, by: string | null): void;
}

/** `guard` names the guard of the real calls that wait. */
export function createCheckCards(attention: Attention, guard: () => string): CheckCards {
  const besides = new Map<string, Beside>();
  const done = new Map<string, EscalationRecord>();
  let waiting: readonly CheckCard[] = [];

  const recordOf = (check: CheckCard) => asRecord(check, guard(), besides.get(check.id) ?? NOTHING);

  async function answer(id: string, given: Answer, inBatch: boolean): Promise<CheckResult | null> {
    const check = await attention.read(id);
    if (check === null) return null;
    if (check.digest !== given.digest)
      throw new EscalationError("digest-mismatch", "this is not the call that was shown");
    if (given.verdict === "approve") checkTyped(check, given.confirmed);
    const { verdict, shownMs } = given;
    const atMs = Date.now();
    const { readingFloorMs } = check.card;
    const result = await attention.answer(id, { verdict, shownMs, readingFloorMs, inBatch, atMs });
    if (result !== null) {
      done.set(id, closed(recordOf(check), verdict, atMs));
      waiting = waiting.filter((each) => each.id !== id);
    }
    return result;
  }

  return {
    async sync() {
      waiting = await attention.pending(Date.now());
    },
    pending: () => waiting.filter(({ id }) => !done.has(id)).map(recordOf),
    answered: (id) => done.get(id) ?? null,
    async read(id) {
      const check = await attention.read(id);
      return check === null ? null : { check, record: recordOf(check) };
    },
    answer,
    claim(id, untilMs, by) {
      besides.set(id, { ...(besides.get(id) ?? NOTHING), claim: { by, untilMs } });
    },
    ask(id, text, by) {
      const beside = besides.get(id) ?? NOTHING;
      besides.set(id, { ...beside, questions: [...beside.questions, { atMs: Date.now(), by, text, answer: null }] });
    },
  };
}

function asRecord(check: CheckCard, guard: string, { claim, questions }: Beside): EscalationRecord {
  const { id, call, digest, decision, openedAtMs, expiresAtMs, card } = check;
  const isOver = expiresAtMs <= Date.now();
  return {
    id,
    status: isOver ? "expired" : "pending",
    openedAtMs,
    expiresAtMs,
    closedAtMs: isOver ? expiresAtMs : null,
    unapprovable: card.unapprovable,
    approvalsMissing: isOver ? 0 : 1,
    call,
    digest,
    covers: [],
    decision,
    original: null,
    reviews: [],
    grant: null,
    run: null,
    claim: claim !== null && claim.untilMs > Date.now() ? claim : null,
    questions,
    guard,
    batch: null,
    links: { rejected: [], unknown: [] },
    closingNote: null,
  };
}

function closed(record: EscalationRecord, verdict: Verdict, atMs: number): EscalationRecord {
  return { ...record, status: verdict === "approve" ? "approved" : "rejected", closedAtMs: atMs };
}

/** As the engine checks what was typed for real calls; a wrong value is no answer to either. */
function checkTyped({ call, card }: CheckCard, confirmed: Readonly<Record<string, string>>): void {
  for (const { field } of card.confirm) {
    const typed = Object.hasOwn(confirmed, field) ? (confirmed[field] ?? "") : "";
    if (confirms(typed, valueAt(call, field))) continue;
    const why = "what was typed is not what stands in the call at a field that has to be confirmed";
    throw new EscalationError("not-confirmed", why);
  }
}

function confirms(typed: string, value: unknown): boolean {
  if (!Array.isArray(value)) return scalarText(value) === typed.trim();
  const items = value.map(scalarText);
  const parts = typed
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const isWhole = typed.trim() === items.join(", ");
  return isWhole || (parts.length === items.length && parts.every((part, at) => part === items[at]));
}

function scalarText(value: unknown): string | null {
  if (typeof value === "string") return value.trim() === "" ? null : value.trim();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
