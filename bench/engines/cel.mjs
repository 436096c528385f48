/**
 * CEL is a language of expressions: which rules are of a tool, and which comes first, is ours to say.
 * So each tool has one parsed expression, `when of the first ? "block" : when of the second ? …`, found in a map.
 */
import { Environment } from "@marcbachmann/cel-js";
import { rulesByTool } from "../by-tool.mjs";

export function write(rules) {
  return JSON.stringify(rules.map((rule) => ({ ...rule, when: rule.when.map(expressionOf).join(" && ") || "true" })));
}

/** Names that no rule writes have no end. */
const knownMax = 100_000;

export async function load(source) {
  const environment = new Environment({ limits: { maxDepth: 10_000, maxAstNodes: 1_000_000 } });
  environment.registerVariable("args", "map");
  const rulesOf = rulesByTool(JSON.parse(source));
  const known = new Map();
  function know(tool) {
    const rules = rulesOf(tool);
    const last = rules.findIndex(({ when }) => when === "true");
    const conditional = last < 0 ? rules : rules.slice(0, last);
    const otherwise = last < 0 ? "escalate" : rules[last].action;
    const text = conditional.reduceRight(
      (rest, { when, action }) => `${when} ? "${action}" : (${rest})`,
      `"${otherwise}"`,
    );
    const made = environment.parse(text);
    if (known.size >= knownMax) known.clear();
    known.set(tool, made);
    return made;
  }
  return (call) => (known.get(call.tool) ?? know(call.tool))(call);
}

function expressionOf({ field, test, operand }) {
  const path = field.join(".");
  const text = JSON.stringify(operand);
  switch (test) {
    case "under":
      return `(${path} == ${text} || ${path}.startsWith(${JSON.stringify(`${operand}/`)}))`;
    case "above":
      return `${path} > ${operand}.0`;
    case "in":
      return `${path} in ${text}`;
    default:
      return `${path}.startsWith(${text})`;
  }
}
