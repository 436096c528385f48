/** Which rules are hit: by the tests of the text, and by the calls that were replayed last. */

import { computed, signal } from "@preact/signals";
import type { RuleSummary } from "../engine/policy/api.ts";
import { file } from "../simulate/file-state.ts";
import { checked } from "./state.ts";

/** Where the cursor stands, in UTF-16 code units. */
export const cursor = signal(0);

/** How one rule was hit. */
export interface RuleCover {
  readonly rule: RuleSummary;
  /** In how many tests it decides. */
  readonly tests: number;
  /** In how many tests it matches, or may match. */
  readonly matches: number;
  /** How many replayed calls it decided; `null` if none were replayed. */
  readonly calls: number | null;
}

const NO_RULES: readonly RuleSummary[] = [];

/**
 * The rules of the text that was checked last, in its order; none if it has errors. While somebody types they stay as
 * they were.
 */
export const rules = computed<readonly RuleSummary[]>(
  () => checked.value?.policy?.policies.flatMap((policy) => policy.rules) ?? NO_RULES,
);

/** How often each rule decided a call of the last replay, by its id; `null` if there was none. */
const replayed = computed<ReadonlyMap<string, number> | null>(() => {
  const progress = file.value?.progress ?? null;
  if (progress === null) return null;
  const calls = new Map<string, number>();
  for (const { rule, calls: count } of progress.counts.rules) {
    if (rule !== null) calls.set(rule, (calls.get(rule) ?? 0) + count);
  }
  return calls;
});

/** The cover of every rule; `null` while nothing could hit any. */
export const coverage = computed<readonly RuleCover[] | null>(() => {
  const tests = checked.value?.tests ?? null;
  const calls = replayed.value;
  if (calls === null && (tests === null || tests.tests.length === 0)) return null;
  return rules.value.map((rule, at) => ({
    rule,
    tests: tests?.decides[at] ?? 0,
    matches: tests?.matches[at] ?? 0,
    calls: calls === null ? null : (calls.get(rule.id) ?? 0),
  }));
});

/** The file of the last replay, and whether the policy was edited since. */
export const replay = computed(() => {
  const last = file.value;
  if (last === null || last.progress === null) return null;
  return { name: last.name, isOld: checked.value?.text !== last.policyText };
});

export function isHit({ tests, calls }: RuleCover): boolean {
  return tests > 0 || (calls ?? 0) > 0;
}

/** How a rule was hit, in words. */
export function coverText(cover: RuleCover): string {
  const { tests, matches, calls } = cover;
  const byTests = `${tests} ${tests === 1 ? "test" : "tests"}`;
  const byCalls = calls === null ? "" : ` and ${calls.toLocaleString()} replayed ${calls === 1 ? "call" : "calls"}`;
  if (isHit(cover)) return `decides ${byTests}${byCalls}`;
  if (matches > 0) return `never decides; may match in ${matches} ${matches === 1 ? "test" : "tests"}`;
  return calls === null ? "hit by no test" : "hit by no test and no replayed call";
}

/** The place of the rule that the cursor stands in; -1 if it stands in none. */
export const currentRule = computed(() => {
  const at = cursor.value;
  const list = rules.value;
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.span.start ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const rule = list[low - 1];
  return rule !== undefined && at <= rule.span.end ? low - 1 : -1;
});
