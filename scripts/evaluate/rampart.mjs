/** Single shell, path and message calls with the decision that another firewall expects, decided by one general policy. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPolicy } from "countersign";
import { root } from "../run.mjs";
import { readLines } from "./corpus.mjs";
import { percent, table } from "./table.mjs";

/** What the other firewall's words mean for a call: whether it may run without a person. `watch` runs and is logged. */
const expectations = ["allow", "watch", "ask", "deny"];

export async function evaluateRampart(folder) {
  const policy = await loadPolicy(readFileSync(join(root, "examples", "policies", "shell-agent.yaml"), "utf8"));
  const counts = new Map(expectations.map((expected) => [expected, { allow: 0, escalate: 0, block: 0 }]));
  const notable = [];
  for (const { id, tool, args, expected } of readLines(folder, "rampart_corpus.jsonl")) {
    const { action } = policy.decide({ tool, args });
    counts.get(expected)[action] += 1;
    const isWrong = expected === "allow" ? action !== "allow" : expected !== "watch" && action === "allow";
    if (isWrong) notable.push(`  ${id}: ${expected} there, ${action} here: ${JSON.stringify(args)}`);
  }
  const rows = [...counts].map(([expected, { allow, escalate, block }]) => {
    const all = allow + escalate + block;
    return [expected, all, allow, escalate, block, percent(expected === "allow" ? allow : escalate + block, all)];
  });
  return [
    "Agreement: `allow` is allowed; `watch`, `ask` and `deny` are not.",
    table(["expected there", "calls", "allowed", "escalated", "blocked", "agreement"], rows),
    notable.length === 0
      ? "Nothing is allowed that is asked about or denied there."
      : `Otherwise:\n${notable.join("\n")}`,
  ].join("\n\n");
}
