/** A guard with a store, a clock that is set by hand, and people who answer. */
import assert from "node:assert/strict";
import {
  type Call,
  createEscalations,
  createGuard,
  type DecidingPolicy,
  type EscalationRecord,
  type Escalations,
  type Event,
  type Guard,
  type GuardEvent,
  type GuardOptions,
  loadPolicy,
  NotRunError,
  type Store,
  type Told,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";

/** Reading is allowed, mail escalates, the shell is blocked. */
export const office: DecidingPolicy = await loadPolicy(`
rules:
  - { tool: file.read, action: allow }
  - { tool: email.send, action: escalate, reason: Mail leaves the company }
  - { tool: shell.execute, action: block, reason: No shell }
`);

export const mail = { to: ["a@acme.com"], subject: "hi" };

export interface Stand {
  readonly store: Store;
  readonly clock: { ms: number };
  readonly guard: Guard;
  readonly people: Escalations;
  readonly events: readonly GuardEvent[];
  /** The next call that the guard holds. */
  readonly held: () => Promise<EscalationRecord>;
  /** All events of the history, in order. */
  readonly history: () => Promise<readonly Event[]>;
}

/** A guard of the agent `support` in the session `s1`. */
export function stand(options: Partial<GuardOptions> = {}, clock = { ms: 1_800_000_000_000 }): Stand {
  const store = options.store ?? memoryStore();
  const now = () => clock.ms;
  const events: GuardEvent[] = [];
  const waiting: ((record: EscalationRecord) => void)[] = [];
  const unclaimed: EscalationRecord[] = [];
  const on = (event: GuardEvent) => {
    events.push(event);
    if (event.type === "held") {
      const taker = waiting.shift();
      if (taker) taker(event.escalation);
      else unclaimed.push(event.escalation);
    }
    return options.on?.(event);
  };
  const guard = createGuard({ policy: office, agent: "support", session: "s1", now, pollMs: 5, ...options, store, on });
  const verify = options.verify === undefined ? {} : { verify: options.verify };
  return {
    store,
    clock,
    guard,
    people: createEscalations({ store, now, ...verify }),
    events,
    held: () =>
      new Promise((resolve) => {
        const record = unclaimed.shift();
        if (record) resolve(record);
        else waiting.push(resolve);
      }),
    history: async () => (await store.history({ from: 0, limit: 10_000 })).map(({ event }) => event),
  };
}

/** What a promise that does not come to a run tells the agent. */
export async function toldBy(run: Promise<unknown>): Promise<Told> {
  const error = await run.then(
    () => assert.fail("it ran"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof NotRunError, String(error));
  assert.deepEqual(JSON.parse(JSON.stringify(error.told)), error.told);
  return error.told;
}

/** A tool that remembers what it ran with. */
export function recorder<A = unknown>() {
  const ran: A[] = [];
  return { ran, run: (args: A) => ran.push(args) };
}

/** Approves what is held as it is. */
export function approve(people: Escalations, { id, digest }: EscalationRecord): Promise<EscalationRecord> {
  return people.review(id, { verdict: "approve", digest });
}

export function reject(people: Escalations, { id, digest }: EscalationRecord, note?: string) {
  return people.review(id, { verdict: "reject", digest, ...(note !== undefined && { note }) });
}

/** Holds `call`, which must escalate, and answers what is held. */
export async function hold(guard: Guard, call: Pick<Call, "tool" | "args">): Promise<EscalationRecord> {
  const checked = await guard.check(call);
  assert.ok(checked.status === "pending", JSON.stringify(checked));
  return checked.escalation;
}

/** The types of what the history tells, without decisions and policies. */
export async function told(history: Stand["history"]): Promise<readonly string[]> {
  return (await history()).map(({ type }) => type).filter((type) => type !== "decision" && type !== "policy");
}
