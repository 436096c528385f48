/** Decisions that differ, in one line each. */
import type { TermChange } from "../comparison.js";
import type { Decision } from "../types.js";
import { grouped } from "./counted.js";
import { visible } from "./problem.js";

/** What a decision is, and by what. */
export function byText({ action, rule, cause }: Decision): string {
  if (cause === "default") return `${action} by default`;
  const by = rule === null ? "" : ` by rule ${visible(rule)}`;
  return `${action}${by}${cause === "rule" ? "" : `, ${cause}`}`;
}

/** Which terms differ, and how; empty if none do. */
export function termsText(terms: readonly TermChange[]): string {
  return terms.map(({ term, looser }) => `${term} ${looser ? "looser" : "stricter"}`).join(", ");
}

/** A line that tells that so many are not listed; none if all are. */
export function more(left: number, one: string, many = `${one}s`): readonly string[] {
  return left > 0 ? [`… and ${grouped(left)} more ${left === 1 ? one : many}\n`] : [];
}
