import { loadPolicy } from "countersign";
import { policyText } from "../workload.mjs";

export const write = policyText;

/** Policies of any size: a hundred thousand rules are more than one writes by hand. */
const limits = { bytes: 2 ** 30, nodes: 2 ** 30 };

export async function load(source) {
  const policy = await loadPolicy(source, { limits });
  return (call) => policy.decide(call).action;
}
