/**
 * Cedar knows no order of rules and two decisions, but says which policies were satisfied: each rule is a `permit`
 * named by its place, and the first of those satisfied is the rule that decides.
 *
 * A tool is an action and its service the resource, so that both are compared in a policy's head, which is fastest.
 * Only what rules read is handed over, picked by hand, since all else of a call costs as much to carry over.
 */
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { serviceOf } from "../by-tool.mjs";

export function write(rules) {
  const staticPolicies = Object.fromEntries(rules.map((rule, at) => [String(at), policyOf(rule)]));
  return JSON.stringify({ actions: rules.map(({ action }) => action), policies: { staticPolicies } });
}

let loaded = 0;

export async function load(source) {
  const { actions, policies } = JSON.parse(source);
  loaded += 1;
  const preparsedPolicySetId = `set${loaded}`;
  const answer = cedar.preparsePolicySet(preparsedPolicySetId, policies);
  if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors[0]));
  const entities = [];
  const principal = { type: "Agent", id: "support" };
  return (call) => {
    const { path, amount, target, title } = call.args;
    const { type, response } = cedar.statefulIsAuthorized({
      preparsedPolicySetId,
      principal,
      action: { type: "Action", id: call.tool },
      resource: { type: "Service", id: serviceOf(call.tool) },
      context: { path, amount, target: { region: target.region }, title },
      entities,
    });
    if (type !== "success") throw new Error("Cedar did not decide");
    let first = Infinity;
    for (const id of response.diagnostics.reason) first = Math.min(first, Number(id));
    return first === Infinity ? "escalate" : actions[first];
  };
}

function policyOf({ tool, isPattern, when }) {
  const head = isPattern
    ? `principal, action, resource == Service::"${serviceOf(tool)}"`
    : `principal, action == Action::"${tool}", resource`;
  return `permit(${head})${when.map((one) => ` when { ${expressionOf(one)} }`).join("")};`;
}

function expressionOf({ field, test, operand }) {
  const path = ["context", ...field.slice(1)].join(".");
  switch (test) {
    case "under":
      return `${path} == ${JSON.stringify(operand)} || ${path} like ${JSON.stringify(`${operand}/*`)}`;
    case "above":
      return `${path} > ${operand}`;
    case "in":
      return `${JSON.stringify(operand)}.contains(${path})`;
    default:
      return `${path} like ${JSON.stringify(`${operand}*`)}`;
  }
}
