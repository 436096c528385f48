/** Runs in a page beside the app: fills the app's own database with held calls, and its policy with rules. */

import { createEscalations, initialize, loadPolicy } from "countersign/bytes";
import { type Append, indexedDbStore } from "countersign/stores/indexeddb";
import { memoryStore } from "countersign/stores/memory";

const TOGETHER = 250;
const TOOLS = ["email.send", "file.write", "pay.transfer", "db.query", "shell.run", "web.post", "calendar.create"];

/** A policy of `rules` rules that differ, of which the last ones hold everything that is queued here. */
export function largePolicy(rules: number): string {
  const each = Array.from({ length: rules - 1 }, (_, at) => {
    const action = at % 7 === 0 ? "block" : at % 3 === 0 ? "escalate" : "allow";
    return `  - id: rule-${at}
    tool: "service-${at % 97}.operation-${at}"
    when: { args.amount: { above: ${at} }, args.path: { path: { under: "/srv/${at}" } } }
    action: ${action}
    reason: "What rule ${at} says about it"`;
  });
  const last = '  - { id: rest, tool: "*", action: escalate, reason: "Everything else is looked at" }';
  return `version: 1\nname: large\nrules:\n${[...each, last].join("\n")}\n`;
}

/** Holds `count` calls in the database of the app at this address. */
export async function fill(count: number): Promise<number> {
  await initialize(await (await fetch("./engine.wasm")).arrayBuffer());
  const appends: Append[] = [];
  const memory = memoryStore();
  const store = {
    ...memory,
    async append(append: Append) {
      appends.push(append);
      return memory.append(append);
    },
  };
  const policy = await loadPolicy('rules: [{ id: rest, tool: "*", action: escalate, risk: low }]');
  const escalations = createEscalations({ store });
  for (let at = 0; at < count; at++) {
    const tool = TOOLS[at % TOOLS.length] ?? "";
    const args = {
      to: `person-${at}@example.com`,
      amount: at,
      path: `/srv/${at % 100}/${at}`,
      text: "some words ".repeat(9),
    };
    await escalations.open(policy, { tool, args, agent: `agent-${at % 400}`, user: `user-${at % 30}` });
  }
  const kept = indexedDbStore({ name: "countersign" });
  for (let from = 0; from < appends.length; from += TOGETHER) {
    const some = appends.slice(from, from + TOGETHER);
    const index = new Map(some.flatMap((each) => each.index.map((row) => [row.id, row])));
    const { head } = some.at(-1) ?? { head: await kept.head() };
    const taken = await kept.append({
      entries: some.flatMap(({ entries }) => entries),
      head,
      index: [...index.values()],
      marks: null,
      used: some.flatMap(({ used }) => used),
    });
    if (!taken) throw new Error("somebody else writes to the database too");
  }
  await kept.close();
  return appends.length;
}

Object.assign(globalThis, { large: { fill, largePolicy } });
