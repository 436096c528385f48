/** What runs in the tabs and workers of `contenders.ts`: a guard and reviewers over one IndexedDB, in each of them. */
import {
  createEscalations,
  createGuard,
  type Digest,
  type EscalationRecord,
  initialize,
  loadPolicy,
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
}

globalThis.contenders = page;
if (typeof document === "undefined") {
  globalThis.onmessage = async ({ data }: MessageEvent<Asked>) => {
    globalThis.postMessage(await (await mine).ask(data));
  };
}
