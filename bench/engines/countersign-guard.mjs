import { loadPolicy } from "countersign/guard";
import { policyText } from "../workload.mjs";

export const write = policyText;

export async function load(source) {
  const policy = await loadPolicy(source);
  return (call) => policy.decide(call).action;
}
