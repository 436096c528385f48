/** Changes of decisions in words. */

import type { Change, TermChange } from "countersign";

export const CHANGE_WORDS: Readonly<Record<Change, string>> = {
  "block-to-allow": "block → allow",
  "escalate-to-allow": "escalate → allow",
  "block-to-escalate": "block → escalate",
  loosened: "looser terms",
  "allow-to-block": "allow → block",
  "allow-to-escalate": "allow → escalate",
  "escalate-to-block": "escalate → block",
  tightened: "stricter terms",
  moved: "another rule, same terms",
};

/** The changes after which less is looked at than before. */
export const LOOSER: ReadonlySet<Change> = new Set<Change>([
  "block-to-allow",
  "escalate-to-allow",
  "block-to-escalate",
  "loosened",
]);

const TERM_WORDS: Readonly<Record<TermChange["term"], string>> = {
  risk: "risk",
  reversible: "reversible",
  marks: "marks",
  charge: "limits",
  reviewers: "reviewers",
  quorum: "quorum",
  expiresMs: "expiry",
  confirm: "fields to confirm",
  relaxed: "what replaces review",
  editable: "editable fields",
};

/** `quorum looser, risk stricter`. */
export function termWords(terms: readonly TermChange[]): string {
  return terms.map(({ term, looser }) => `${TERM_WORDS[term]} ${looser ? "looser" : "stricter"}`).join(", ");
}
