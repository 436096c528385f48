/**
 * `node bench/write-workload.mjs FOLDER`: writes the policies and calls of the benchmarks as files, for those in Rust:
 * `policy-N.yaml` of N rules, and `calls-N.ndjson` of its tools. They read them from `target/workload`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWorkload, policyText } from "./workload.mjs";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("say where: node bench/write-workload.mjs target/workload");
mkdirSync(folder, { recursive: true });
for (const count of [100, 1_000, 10_000]) {
  const { rules, calls } = makeWorkload({ rules: count, calls: 1_000 });
  writeFileSync(join(folder, `policy-${count}.yaml`), policyText(rules));
  writeFileSync(join(folder, `calls-${count}.ndjson`), `${calls.map((call) => JSON.stringify(call)).join("\n")}\n`);
}
