import { loadCompiledPolicy } from "countersign/compiled";
import { policyText } from "../workload.mjs";

/** Where one builds; what runs there is not loaded where the policy decides. */
export async function write(rules) {
  const { loadPolicy } = await import("countersign");
  return Buffer.from((await loadPolicy(policyText(rules))).compiled()).toString("base64");
}

export async function load(source) {
  const policy = await loadCompiledPolicy(Buffer.from(source, "base64"));
  return (call) => policy.decide(call).action;
}
