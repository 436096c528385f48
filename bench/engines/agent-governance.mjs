/**
 * Microsoft's Agent Governance Toolkit: rules with text expressions and a priority.
 *
 * Its expressions know no prefix and no pattern of tools, so the facts that need one are made by hand for each call:
 * the service, the folder of the path and the first word of the title.
 */
import { PolicyEngine } from "@microsoft/agent-governance-sdk";
import { serviceOf } from "../by-tool.mjs";

const theirs = { block: "deny", escalate: "require_approval", allow: "allow" };
const ours = Object.fromEntries(Object.entries(theirs).map(([action, name]) => [name, action]));

export function write(rules) {
  return JSON.stringify({
    name: "bench",
    default_action: theirs.escalate,
    rules: rules.map(({ id, tool, isPattern, when, action }, at) => ({
      name: id,
      condition: [isPattern ? `service == '${serviceOf(tool)}'` : `tool == '${tool}'`, ...when.map(expressionOf)].join(
        " and ",
      ),
      ruleAction: theirs[action],
      priority: rules.length - at,
    })),
  });
}

export async function load(source) {
  const engine = new PolicyEngine();
  engine.loadJson(source);
  return ({ tool, args }) => {
    const { path, title } = args;
    const folder = path.slice(0, path.indexOf("/", "/srv/".length));
    const facts = { tool, service: serviceOf(tool), args, folder, word: title.slice(0, title.indexOf(" ") + 1) };
    return ours[engine.evaluatePolicy("support", facts).action];
  };
}

function expressionOf({ field, test, operand }) {
  switch (test) {
    case "under":
      return `folder == '${operand}'`;
    case "above":
      return `${field.join(".")} > ${operand}`;
    case "in":
      return `${field.join(".")} in [${operand.map((one) => `'${one}'`).join(", ")}]`;
    default:
      return `word == '${operand}'`;
  }
}
