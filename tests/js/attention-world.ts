/** A made-up office for check cards: its calls, a clock, chance that repeats, and what attention keeps in memory. */
import { type Call, createEscalations, type EscalationRecord, loadPolicy, type Store } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import type { AttentionSettings, CheckOutcome, Given } from "../../www/src/engine/attention/api.ts";
import { type AttentionOptions, createAttention } from "../../www/src/engine/attention/attention.ts";
import { characters, oneOf, type Random } from "../../www/src/engine/attention/chance.ts";
import { GIVEN_MAX, type Kept, USUAL } from "../../www/src/engine/attention/kept.ts";
import type { Planted } from "../../www/src/engine/attention/likeness.ts";

export const POLICY = `
rules:
  - { id: mail, tool: "email.*", action: escalate, risk: high, consequence: "Sends to {{args.to}}" }
  - { id: pay, tool: "payment.*", action: escalate, risk: high }
  - { id: shell, tool: "shell.*", action: escalate, risk: medium }
  - { id: rest, tool: "*", action: escalate, risk: low }
`;

/** A generator of numbers from 0 to less than 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PEOPLE = ["bob.lee@acme.com", "ann@contoso.com", "eve.moor@fabrikam.com"] as const;
const FILES = ["/home/app/reports/june.pdf", "/srv/data/export.csv", "notes/plan.md"] as const;
const COMMANDS = ["npm test", "ls -la build", "git status", "cargo build --release"] as const;

/** One call of each kind that an office's agents make. */
export function officeCalls(random: Random): readonly Call[] {
  const number = (below: number) => 1 + Math.floor(random() * below);
  const agent = "assistant";
  const session = `s${number(4)}`;
  const calls: readonly Omit<Call, "agent" | "session">[] = [
    {
      tool: "email.send",
      args: {
        to: [oneOf(PEOPLE, random)],
        subject: `Report ${number(900)}`,
        body: "Please find the figures attached.",
      },
    },
    {
      tool: "payment.send",
      args: {
        amount: number(5000) / 100,
        currency: "EUR",
        iban: `DE${number(89) + 10}37040044${number(8_999_999) + 1_000_000}`,
      },
    },
    { tool: "file.delete", args: { path: oneOf(FILES, random) } },
    { tool: "shell.execute", args: { command: `${oneOf(COMMANDS, random)} # ${number(999)}` } },
    { tool: "db.query", args: { sql: `SELECT name FROM orders WHERE id = ${number(9999)}`, limit: number(50) } },
    { tool: "http.get", args: { url: `https://api.globex.com/v1/items/${number(9999)}`, verify: true } },
    { tool: "share.document", args: { document: `doc-${number(999)}`, visibility: "team", role: "reader" } },
    { tool: "git.push", args: { branch: `feature-${number(99)}`, dry_run: true } },
    {
      tool: "net.open",
      args: { cidr: `10.0.${number(250)}.0/24`, environment: "staging", user_id: `u-${number(99)}` },
    },
  ];
  return calls.map((call) => ({ ...call, agent, session }));
}

/** Attention's memory in this process, with the rules of the one in browsers. */
export function memoryKept(): Kept & { readonly everything: () => unknown } {
  const planted = new Map<string, Planted>();
  const outcomes: CheckOutcome[] = [];
  const given: Given[] = [];
  const uses = new Map<string, number>();
  let settings: AttentionSettings = USUAL;
  return {
    planted: async () => [...planted.values()],
    async plant(card) {
      if (planted.size > 0) return false;
      planted.set(card.id, card);
      uses.set(card.template, card.openedAtMs);
      return true;
    },
    async end(id, outcome) {
      if (!planted.delete(id)) return false;
      if (outcome !== null) outcomes.push(outcome);
      return true;
    },
    outcomes: async () => [...outcomes],
    async remember(answered, more) {
      outcomes.push(...answered);
      given.push(...more);
    },
    uses: async () => Object.fromEntries(uses),
    async give(each) {
      given.push(each);
      given.splice(0, given.length - GIVEN_MAX);
    },
    given: async () => [...given],
    settings: async () => settings,
    async set(next) {
      settings = next;
    },
    everything: () => ({ outcomes, given, uses: [...uses], settings }),
  };
}

export interface World {
  readonly store: Store;
  readonly escalations: ReturnType<typeof createEscalations>;
  readonly kept: ReturnType<typeof memoryKept>;
  readonly attention: ReturnType<typeof createAttention>;
  readonly random: Random;
  now(): number;
  pass(ms: number): void;
  /** An agent proposes a call, which waits. */
  propose(call: Call): Promise<EscalationRecord>;
  /** All real calls, the newest first. */
  sample(): Promise<readonly EscalationRecord[]>;
}

/** A Monday morning. */
const BEGIN_MS = Date.UTC(2026, 10, 23, 8);

export async function createWorld(seed: number, more: Partial<AttentionOptions> = {}): Promise<World> {
  const random = seeded(seed);
  let nowMs = BEGIN_MS;
  const now = () => nowMs;
  const newId = () => characters("0123456789abcdef", 32, random);
  const policy = await loadPolicy(POLICY);
  const store = memoryStore();
  const escalations = createEscalations({ store, now, newId });
  const kept = memoryKept();
  const attention = createAttention({
    kept,
    present: more.present ?? (() => ({}) as Awaited<ReturnType<AttentionOptions["present"]>>),
    wouldHold: ({ call }) => policy.decide(call).action === "escalate",
    nowMs: now,
    random,
    newId,
    ...more,
  });
  return {
    store,
    escalations,
    kept,
    attention,
    random,
    now,
    pass(ms) {
      nowMs += ms;
    },
    propose: (call) => escalations.open(policy, call),
    sample: async () => (await escalations.list({ limit: 200 })).items,
  };
}
