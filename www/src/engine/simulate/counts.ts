/** Counts of the parts of a file, together. */

import type { Counts, RuleCount } from "countersign";

export const NO_COUNTS: Counts = { calls: 0, allow: 0, escalate: 0, block: 0, errors: 0, rules: [] };

/** The counts of `a` and `b`; of rules the busiest first, as the engine gives them. */
export function together(a: Counts, b: Counts): Counts {
  const rules = new Map<string, RuleCount>();
  for (const count of [...a.rules, ...b.rules]) {
    const { policy, rule, action, misfit, calls } = count;
    const key = JSON.stringify([policy, rule, action, misfit]);
    rules.set(key, { ...count, calls: calls + (rules.get(key)?.calls ?? 0) });
  }
  return {
    calls: a.calls + b.calls,
    allow: a.allow + b.allow,
    escalate: a.escalate + b.escalate,
    block: a.block + b.block,
    errors: a.errors + b.errors,
    rules: [...rules.values()].sort((x, y) => y.calls - x.calls || order(x.rule, y.rule) || order(x.policy, y.policy)),
  };
}

/** What is `null` comes first. */
function order(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}
