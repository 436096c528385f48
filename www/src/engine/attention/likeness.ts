/** A check card told like an escalation, so that both are drawn by the same hands. */

import type { Call, Decision, Digest, EscalationRecord } from "countersign";
import type { CheckId } from "./api.ts";

/** A check card as it is kept. */
export interface Planted {
  readonly id: CheckId;
  readonly call: Call;
  readonly digest: Digest;
  readonly covers: readonly string[];
  readonly decision: Decision;
  readonly guard: string;
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
  readonly template: string;
  readonly hazard: string;
  /** Where it was planted, such as `args.to[0]`. */
  readonly field: string;
}

/** `planted` in the shape of an escalation that waits. No store has it. */
export function likenessOf(planted: Planted): EscalationRecord {
  const { id, call, digest, covers, decision, guard, openedAtMs, expiresAtMs } = planted;
  return {
    id,
    status: "pending",
    openedAtMs,
    expiresAtMs,
    closedAtMs: null,
    unapprovable: null,
    approvalsMissing: 1,
    call,
    digest,
    covers,
    decision,
    original: null,
    reviews: [],
    grant: null,
    run: null,
    claim: null,
    questions: [],
    guard,
    batch: null,
    links: { rejected: [], unknown: [] },
    closingNote: null,
  };
}
