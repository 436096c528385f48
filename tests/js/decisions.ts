/** Decisions as they come out where a policy says nothing about risk, review, marks or limits. */
import type { Decision } from "countersign";

/** A held call's review where no policy says anything about it. */
export const USUAL_REVIEW = { reviewers: [], quorum: 1, expiresMs: 1_800_000, confirm: [], editable: [] } as const;

/** What a decision carries where no policy says anything about it. */
export function unwritten(action: Decision["action"]) {
  return {
    risk: null,
    reversible: null,
    undecidable: [],
    consequence: null,
    review: action === "escalate" ? USUAL_REVIEW : null,
    marks: [],
    charge: [],
  } as const;
}
