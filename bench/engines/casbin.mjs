/**
 * Casbin asks rule after rule and stops at the first that allows: every rule is one, with its action beside it.
 *
 * Conditions are a function, as its documents advise, since `eval` of each rule's text is several times slower.
 */
import { newEnforcer, newModel } from "casbin";
import { serviceOf } from "../by-tool.mjs";

const model = `
[request_definition]
r = tool, service, args

[policy_definition]
p = tool, when, action

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = (r.tool == p.tool || r.service == p.tool) && fits(r.args, p.when)
`;

export function write(rules) {
  // A rule that says the same as one before it never decides, and Casbin refuses it.
  const lines = rules.map(({ tool, when, action }) => [tool, when.length > 0 ? JSON.stringify(when) : "", action]);
  return JSON.stringify([...new Map(lines.map((line) => [line.join("\n"), line])).values()]);
}

export async function load(source) {
  const enforcer = await newEnforcer(newModel(model));
  const rules = JSON.parse(source);
  const tests = new Map(rules.map(([, when]) => [when, when === "" ? [] : JSON.parse(when)]));
  await enforcer.addFunction("fits", (args, when) => tests.get(when).every((one) => matches(one, args)));
  await enforcer.addPolicies(rules);
  return (call) => {
    const [isMatched, rule] = enforcer.enforceExSync(call.tool, `${serviceOf(call.tool)}.*`, call.args);
    return isMatched ? rule[2] : "escalate";
  };
}

function matches({ field, test, operand }, args) {
  const value = field.length === 2 ? args[field[1]] : args[field[1]][field[2]];
  switch (test) {
    case "under":
      return value === operand || value.startsWith(`${operand}/`);
    case "above":
      return value > operand;
    case "in":
      return operand.includes(value);
    default:
      return value.startsWith(operand);
  }
}
