/**
 * What a reviewer's note says beside the reviewer's words.
 *
 * A review has one place for words: the sentence that was chosen stands before them, and which masked values were looked at
 * behind.
 */

/** Why a call is rejected, or why a risky one is approved all the same. */
export const REJECT_REASONS = {
  "wrong-target": "Wrong recipient, place or target",
  "wrong-content": "Wrong content or values",
  "too-much": "Too much: amount, scope or rights",
  "not-asked": "Nobody asked for this",
  manipulated: "Looks manipulated or like an attack",
  unclear: "I cannot tell what it does",
  other: "Something else",
} as const;

export const APPROVE_REASONS = {
  "asked-for": "I, or somebody I know, asked for this",
  routine: "It is what this agent is for",
  checked: "I have checked it elsewhere",
  other: "Something else",
} as const;

export interface Noted {
  /** One of the reasons above; `null` where none is asked for. */
  readonly reason: string | null;
  readonly words: string;
  /** Masked fields that the reviewer has looked at. */
  readonly revealed: readonly string[];
}

/** The note of a review; empty if there is nothing to say. */
export function noteOf({ reason, words, revealed }: Noted): string {
  const said = [sentenceOf(reason), words.trim()].filter((part) => part !== null && part !== "").join(": ");
  const parts = [said, revealed.length === 0 ? "" : `looked at ${revealed.join(", ")}`];
  return parts.filter((part) => part !== "").join(" · ");
}

const SENTENCES: ReadonlyMap<string, string> = new Map(Object.entries({ ...REJECT_REASONS, ...APPROVE_REASONS }));

/** The sentence of a reason, as it was read; that it is another one says nothing. */
function sentenceOf(reason: string | null): string | null {
  return reason === null || reason === "other" ? null : (SENTENCES.get(reason) ?? reason);
}

/** Whether words say anything: two letters or digits at least. */
export function saysSomething(words: string): boolean {
  return (words.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= 2;
}
