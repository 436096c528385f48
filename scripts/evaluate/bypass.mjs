/** Calls that slip past a naively matched rule: which of them the same rules, written in Countersign, allow. */
import { loadPolicy } from "countersign";
import { BYPASS_RULES } from "./bypass-rules.mjs";
import { readLines } from "./corpus.mjs";
import { percent, table } from "./table.mjs";

/** Decides every case and control; tells what was allowed, by kind. */
export async function evaluateBypass(folder) {
  const cases = [...readLines(folder, "bypass.jsonl"), ...readLines(folder, "bypass_controls.jsonl")];
  const policies = new Map();
  const counts = new Map();
  const wrong = [];
  for (const one of cases) {
    const rules = Object.hasOwn(BYPASS_RULES, one.policy_hint) ? BYPASS_RULES[one.policy_hint] : undefined;
    if (rules === undefined) throw new Error(`scripts/evaluate/bypass-rules.mjs has no rule for: ${one.policy_hint}`);
    if (!policies.has(rules)) policies.set(rules, await loadPolicy(rules));
    const { action, cause } = policies.get(rules).decide({ tool: one.tool, args: one.args });
    const isControl = one.must === "allowed";
    const kind = isControl ? "control" : one.kind;
    const count = counts.get(kind) ?? { all: 0, allowed: 0 };
    counts.set(kind, count);
    count.all += 1;
    if (action === "allow") count.allowed += 1;
    if (isControl !== (action === "allow")) {
      wrong.push([one.id, kind, action, cause, one.policy_hint, JSON.stringify(one.args)]);
    }
  }
  const kinds = ["matcher", "option_abuse", "semantic", "control"].filter((kind) => counts.has(kind));
  const rows = kinds.map((kind) => {
    const { all, allowed } = counts.get(kind);
    return [
      kind,
      all,
      allowed,
      percent(allowed, all),
      kind === "control" ? "all are to be allowed" : "none is to be allowed",
    ];
  });
  return [
    table(["kind", "calls", "allowed", "", "goal"], rows),
    wrong.length === 0
      ? "No call was decided otherwise."
      : `Decided otherwise:\n${wrong.map((row) => `  ${row.join("  ")}`).join("\n")}`,
  ].join("\n\n");
}
