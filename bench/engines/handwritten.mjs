/**
 * The reference: what a good engineer would write for exactly these rules and nothing more.
 *
 * A map from tools to their rules, made once a tool, and conditions as closures. It explains nothing, checks no call,
 * and knows four tests.
 */
export const { write, load } = handwritten({
  toolOf: (call) => call.tool,
  argsOf: (call) => call.args,
  own,
  matcherOf,
});

/** Names that no rule writes have no end. */
const knownMax = 100_000;

/** The engine whose calls are read and whose values are compared as the given functions do. */
export function handwritten(how) {
  return { write: (rules) => JSON.stringify(rules), load: async (source) => closures(JSON.parse(source), how) };
}

function closures(written, how) {
  const { toolOf, argsOf } = how;
  const byName = new Map();
  const byPrefix = new Map();
  written.forEach(({ tool, isPattern, when, action }, at) => {
    const [index, key] = isPattern ? [byPrefix, tool.slice(0, -1)] : [byName, tool];
    const rule = { at, test: allOf(when.map((condition) => testOf(condition, how))), action };
    const list = index.get(key);
    if (list) list.push(rule);
    else index.set(key, [rule]);
  });

  const known = new Map();
  function know(tool) {
    const prefix = tool.slice(0, tool.indexOf(".") + 1);
    const rules = [...(byName.get(tool) ?? []), ...(byPrefix.get(prefix) ?? [])].sort((a, b) => a.at - b.at);
    const last = rules.findIndex(({ test }) => test === null);
    const made = {
      rules: last < 0 ? rules : rules.slice(0, last),
      otherwise: last < 0 ? "escalate" : rules[last].action,
    };
    if (known.size >= knownMax) known.clear();
    known.set(tool, made);
    return made;
  }

  return (call) => {
    const tool = toolOf(call);
    const { rules, otherwise } = known.get(tool) ?? know(tool);
    if (rules.length === 0) return otherwise;
    const args = argsOf(call);
    for (let at = 0; at < rules.length; at += 1) {
      const rule = rules[at];
      if (rule.test(args)) return rule.action;
    }
    return otherwise;
  };
}

/** One test of all, or `null` if there is none to do. */
function allOf(tests) {
  const [first, second, third] = tests;
  switch (tests.length) {
    case 0:
      return null;
    case 1:
      return first;
    case 2:
      return (args) => first(args) && second(args);
    case 3:
      return (args) => first(args) && second(args) && third(args);
    default:
      return (args) => tests.every((test) => test(args));
  }
}

function testOf({ field, test, operand }, { own, matcherOf }) {
  // The first step is `args`, which is at hand.
  const read = readerOf(field.slice(1), own);
  const matches = matcherOf(test, operand);
  return (args) => matches(read(args));
}

function readerOf([first, second], own) {
  if (second === undefined) return (args) => own(args, first);
  return (args) => own(own(args, first), second);
}

/** A property of the object's own, so that no prototype answers. */
function own(value, key) {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function matcherOf(test, operand) {
  switch (test) {
    case "under": {
      const inside = `${operand}/`;
      return (value) => typeof value === "string" && (value.startsWith(inside) || value === operand);
    }
    case "above":
      return (value) => typeof value === "number" && value > operand;
    case "in":
      return (value) => operand.includes(value);
    case "starts_with":
      return (value) => typeof value === "string" && value.startsWith(operand);
    default:
      throw new TypeError(`no test is called ${test}`);
  }
}
