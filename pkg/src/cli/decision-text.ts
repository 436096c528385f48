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

/** A line that tells that so many of `all` are not listed; none if all are. */
export function more(left: number, all: number, one: string, many = `${one}s`): readonly string[] {
  const what = left === 1 ? one : many;
  if (left <= 0) return [];
  return [left === all ? `${grouped(left)} ${what}, none listed\n` : `… and ${grouped(left)} more ${what}\n`];
}
