/** What runs in the tabs and workers of `contenders.ts`: a guard and reviewers over one IndexedDB, in each of them. */
import {
  createEscalations,
  createGuard,
  type Digest,
  type EscalationRecord,
  type Guard,
  initialize,
  loadPolicy,
  type Store,
  verifyHistory,
} from "countersign/bytes";
import { indexedDbStore } from "countersign/stores/indexeddb";

/** What a contender is asked, and what came of it. */
export type Asked = readonly ["use", string] | readonly ["answer", string, Digest, "approve" | "reject"];

async function contender() {
  initialize(await (await fetch("./engine.wasm")).arrayBuffer());
  const policy = await loadPolicy("rules: [{ tool: pay, action: escalate }]");
  const store = indexedDbStore({ name: "contested" });
  const guard = createGuard({ policy, store, agent: "support", session: "s1", record: "held" });
  const people = createEscalations({ store });
  return {
    /** Holds a call like no other, and approves it if `approves`. */
    async held(key: string, approves: boolean): Promise<Pick<EscalationRecord, "id" | "digest">> {
      const checked = await guard.check({ tool: "pay", args: { [key]: 1 } });
      if (checked.status !== "pending") throw new Error(JSON.stringify(checked));
      const { id, digest } = checked.escalation;
      if (approves) await people.review(id, { verdict: "approve", digest });
      return { id, digest };
    },
    async ask([what, id, digest, verdict]: Asked): Promise<string> {
      if (what === "use") return (await guard.resume(id)).status;
      return people.review(id, { verdict, digest }).then(
        () => "closed",
        (error: { readonly code: string }) => error.code,
      );
    },
  };
}

/** Between which steps of a held call a tab is crashed. */
export type Crash = "after open" | "before consume" | "after consume" | "during the run" | "before outcome";

/**
 * Takes a call as far as `crash`, says so, and goes no further; without one, to its end. What the id is, and that the tool
 * ran, is told to the test by `told`, which waits for nobody.
 */
async function run(name: string, id: string | null, crash: Crash | null): Promise<string> {
  initialize(await (await fetch("./engine.wasm")).arrayBuffer());
  const policy = await loadPolicy("rules: [{ tool: pay, action: escalate }]");
  const kept = indexedDbStore({ name });
  const reach = async (step: Crash) => {
    if (step !== crash) return;
    await told("reached", step);
    await new Promise(() => undefined);
  };
  const store: Store = {
    ...kept,
    async append(append) {
      const [last] = append.entries.slice(-1);
      const type = last?.event.type;
      if (type === "consume") await reach("before consume");
      if (type === "outcome") await reach("before outcome");
      const isTaken = await kept.append(append);
      if (type === "open") await told("id", last?.id ?? "");
      if (type === "open") await reach("after open");
      if (type === "consume") await reach("after consume");
      return isTaken;
    },
  };
  const guard = createGuard({ policy, store, agent: "support", session: "s1" });
  guard.wrap("pay", async () => {
    await told("ran", "once");
    await reach("during the run");
  });
  const people = createEscalations({ store });
  const held = id ?? (await heldBy(guard));
  const record = await people.read(held);
  if (record?.status === "pending") await people.review(held, { verdict: "approve", digest: record.digest });
  const { status } = await guard.resume(held);
  const { problems } = await verifyHistory(store);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return status;
}

async function heldBy(guard: Guard): Promise<string> {
  const checked = await guard.check({ tool: "pay", args: {} });
  if (checked.status !== "pending") throw new Error(JSON.stringify(checked));
  return checked.id;
}

const mine = contender();

/** Workers of this tab that contend as well. */
const workers: Worker[] = [];

function answerOf(worker: Worker, asked: Asked): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(asked);
  });
}

const page = {
  run,
  held: async (key: string, approves: boolean) => (await mine).held(key, approves),
  addWorkers(count: number) {
    for (let n = 0; n < count; n += 1) workers.push(new Worker("./contender-page.js", { type: "module" }));
  },
  /** What came of it for this tab and each of its workers, all at once. `askedOf` says what the nth of them is asked. */
  async all(asked: readonly Asked[]): Promise<string[]> {
    const [own, ...others] = asked;
    if (own === undefined || others.length !== workers.length) throw new Error("each contender is asked once");
    const answers = others.map((each, n) => answerOf(workers[n] as Worker, each));
    return Promise.all([(await mine).ask(own), ...answers]);
  },
};

declare global {
  var contenders: typeof page;
  /** Of the test: hears what happens. */
  function told(what: "id" | "ran" | "reached", text: string): Promise<void>;
}

globalThis.contenders = page;
if (typeof document === "undefined") {
  globalThis.onmessage = async ({ data }: MessageEvent<Asked>) => {
    globalThis.postMessage(await (await mine).ask(data));
  };
}
