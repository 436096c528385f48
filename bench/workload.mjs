/**
 * The seeded workload of the benchmarks: a policy of N rules over N/5 tools, and calls of them.
 *
 * Rules come in a neutral form, from which each engine's own is written; {@link policyText} writes ours.
 * Six rules in ten name a tool, two have a pattern of tools, two have one to three conditions on arguments as well.
 * The first rule that matches decides; a call that none matches escalates. Paths are normal already, so that a plain
 * comparison of text is right for engines that know no paths.
 *
 * @typedef {{ field: string[], test: "under" | "above" | "in" | "starts_with", operand: any }} Condition
 * @typedef {{ id: string, tool: string, isPattern: boolean, when: Condition[], action: Action }} Rule
 * @typedef {"allow" | "escalate" | "block"} Action
 */

export const actions = /** @type {const} */ (["block", "escalate", "allow"]);

const verbs = ["read", "write", "list", "send", "delete", "create", "update", "search", "export", "run"];
const regions = ["eu", "us", "apac", "latam", "africa", "mena"];
const words = "the of order refund invoice customer please check status report for a new on address and total".split(
  " ",
);

/** A small seeded generator of random numbers from 0 to below 1 (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A policy of `rules` rules and `calls` calls, the same for the same `seed`.
 *
 * @returns {{ tools: string[], rules: Rule[], calls: object[] }}
 */
export function makeWorkload({ rules: count, calls: callCount = 10_000, seed = 1 }) {
  const random = randomFrom(seed);
  const below = (limit) => Math.floor(random() * limit);
  const pick = (list) => list[below(list.length)];
  const tools = Array.from({ length: Math.max(1, Math.round(count / 5)) }, (_, at) => toolName(at));
  const rules = makeRules(count, tools, { random, below, pick });
  const calls = Array.from({ length: callCount }, () => makeCall(tools, { random, below, pick }));
  return { tools, rules, calls };
}

/** Ten tools to a service, so that `svc7.*` is a pattern for all tools of one. */
function toolName(at) {
  return `svc${Math.floor(at / verbs.length)}.${verbs[at % verbs.length]}`;
}

function serviceOf(tool) {
  return tool.slice(0, tool.indexOf("."));
}

function makeRules(count, tools, { random, below, pick }) {
  const ofTool = new Map();
  const known = new Map();
  const rulesOf = (tool) => ofTool.get(tool) ?? [];
  // What the rules of a tool without conditions say begins with this, and only gets laxer.
  const strictest = (tool) => known.get(tool) ?? known.set(tool, below(3)).get(tool);
  for (let at = 0; at < count; at += 1) {
    const kind = random();
    // At most 20 rules name the same tool or pattern.
    let tool = pick(tools);
    while (rulesOf(tool).length >= 20) tool = pick(tools);
    const isPattern = kind >= 0.6 && kind < 0.8;
    const when = kind < 0.8 ? [] : Array.from({ length: 1 + below(3) }, () => makeCondition({ below, pick }));
    const pattern = isPattern ? `${serviceOf(tool)}.*` : tool;
    const action = actions[when.length > 0 ? below(3) : Math.max(strictest(pattern), below(3))];
    ofTool.set(pattern, [...rulesOf(pattern), { tool: pattern, isPattern, when: distinct(when), action }]);
  }
  // No rule is stricter than one before it that covers it: conditions first, then strictest first, patterns at the end.
  for (const list of ofTool.values()) {
    const rank = (rule) => (rule.when.length > 0 ? 0 : 3) + actions.indexOf(rule.action);
    list.sort((a, b) => rank(a) - rank(b));
  }
  return interleave([...ofTool.values()], below).map((rule, at) => ({ id: `r${at}`, ...rule }));
}

function distinct(conditions) {
  return conditions.filter(
    ({ field }, at) => conditions.findIndex((other) => other.field.at(-1) === field.at(-1)) === at,
  );
}

function makeCondition({ below, pick }) {
  switch (below(4)) {
    case 0:
      return { field: ["args", "path"], test: "under", operand: `/srv/team${below(8)}` };
    case 1:
      return { field: ["args", "amount"], test: "above", operand: 50 * below(20) };
    case 2: {
      const first = below(regions.length);
      return {
        field: ["args", "target", "region"],
        test: "in",
        operand: [regions[first], regions[(first + 2) % 6], regions[(first + 3) % 6]],
      };
    }
    default:
      return { field: ["args", "title"], test: "starts_with", operand: `${pick(words)} ` };
  }
}

/** One list of all, each list's own order kept; patterns come last, so that rules that name a tool go before them. */
function interleave(lists, below) {
  const [named, patterns] = [lists.filter(([first]) => !first.isPattern), lists.filter(([first]) => first.isPattern)];
  return [...mixed(named, below), ...mixed(patterns, below)];
}

function mixed(lists, below) {
  const turns = lists.flatMap((list, at) => list.map(() => at));
  for (let at = turns.length - 1; at > 0; at -= 1) {
    const other = below(at + 1);
    [turns[at], turns[other]] = [turns[other], turns[at]];
  }
  const next = lists.map((list) => list[Symbol.iterator]());
  return turns.map((at) => next[at].next().value);
}

/** Five to ten arguments, nested ones among them; one call in ten carries 4 KB of text. */
function makeCall(tools, { random, below, pick }) {
  const text = (length) => {
    let made = "";
    while (made.length < length) made += `${pick(words)} `;
    return made.slice(0, length);
  };
  const args = {
    path: `/srv/team${below(8)}/${pick(words)}/${text(10 + below(60)).replaceAll(" ", "-")}x`,
    amount: below(1_200),
    target: { region: pick(regions), account: `acc-${below(1e6)}`, flags: { dry_run: random() < 0.5 } },
    title: text(10 + below(190)),
    to: `user${below(1e4)}@example.com`,
  };
  const more = {
    tags: [pick(words), pick(words)],
    note: text(10 + below(190)),
    retries: below(5),
    urgent: random() < 0.1,
    ref: { id: `r-${below(1e6)}`, kind: pick(words) },
  };
  for (const [key, value] of Object.entries(more)) if (random() < 0.5) args[key] = value;
  if (random() < 0.1) args.body = text(4_096);
  // One call in twenty is of a tool that no rule names.
  const tool = random() < 0.05 ? `other${below(50)}.${pick(verbs)}` : pick(tools);
  return { tool, args, agent: "support", session: { id: `s${below(100)}`, marks: [] } };
}

/** The policy of `rules` in our language. */
export function policyText(rules) {
  const lines = ["default: escalate", "rules:"];
  for (const { id, tool, when, action } of rules) {
    lines.push(`  - id: ${id}`, `    tool: "${tool}"`);
    if (when.length > 0) lines.push("    when:");
    for (const { field, test, operand } of when) {
      const matcher = test === "under" ? `path: { under: ${operand} }` : `${test}: ${JSON.stringify(operand)}`;
      lines.push(`      ${field.join(".")}: { ${matcher} }`);
    }
    lines.push(`    action: ${action}`);
  }
  return `${lines.join("\n")}\n`;
}
