/**
 * json-rules-engine tells which rules are satisfied. All have the same priority, so that it asks them at once, and the
 * first by its place decides; with a priority each, to stop at the first, it is slower.
 *
 * Facts are given flat, since a path into one is a JSONPath, which is slower.
 */
import { Engine } from "json-rules-engine";
import { serviceOf } from "../by-tool.mjs";

export const isAsync = true;

export function write(rules) {
  const made = rules.map(({ tool, isPattern, when, action }, at) => ({
    conditions: {
      all: [
        isPattern
          ? { fact: "service", operator: "equal", value: serviceOf(tool), priority: 2 }
          : { fact: "tool", operator: "equal", value: tool, priority: 2 },
        ...when.map(({ field, test, operand }) => ({
          fact: field.at(-1),
          operator: test === "above" ? "greaterThan" : test,
          value: operand,
        })),
      ],
    },
    event: { type: action, params: { at } },
  }));
  return JSON.stringify(made);
}

export async function load(source) {
  const engine = new Engine(JSON.parse(source));
  engine.addOperator("starts_with", (value, start) => value.startsWith(start));
  engine.addOperator("under", (value, folder) => value === folder || value.startsWith(`${folder}/`));
  return async ({ tool, args }) => {
    const { path, amount, target, title } = args;
    const facts = { tool, service: serviceOf(tool), path, amount, region: target.region, title };
    const { events } = await engine.run(facts);
    let first = null;
    for (const event of events) if (first === null || event.params.at < first.params.at) first = event;
    return first === null ? "escalate" : first.type;
  };
}
