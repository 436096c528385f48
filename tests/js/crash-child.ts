/**
 * A process that guards a tool over a SQLite file and stops at a step, to be killed there.
 *
 * Arguments: the file, a file of effects, and the step; then it says `held ID`, and `stopped` when it is there.
 */
import { appendFileSync } from "node:fs";
import { createGuard, loadPolicy, type Store } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";

const [file = "", effects = "", step = ""] = process.argv.slice(2);
const policy = await loadPolicy("rules: [{ tool: pay, action: escalate }]");
const store = sqliteStore({ file });

/** Says so, and waits to be killed. */
function stop(): Promise<never> {
  process.stdout.write("stopped\n");
  return new Promise(() => setInterval(() => undefined, 1000));
}

const stopping: Store = {
  ...store,
  async append(append) {
    const types = append.entries.map(({ event }) => event.type);
    const is = (type: "open" | "consume" | "outcome") => types.includes(type);
    if ((step === "before-consume" && is("consume")) || (step === "before-outcome" && is("outcome"))) return stop();
    const taken = await store.append(append);
    if ((step === "after-open" && is("open")) || (step === "after-consume" && is("consume"))) return stop();
    return taken;
  },
};

const guard = createGuard({
  policy,
  store: stopping,
  agent: "support",
  session: "s1",
  pollMs: 20,
  on: (event) => {
    if (event.type === "held") process.stdout.write(`held ${event.id}\n`);
  },
});
const pay = guard.wrap("pay", async ({ amount }: { amount: number }) => {
  appendFileSync(effects, `paid ${amount}\n`);
  if (step === "during-run") await stop();
});
await pay({ amount: 5 });
process.stdout.write("finished\n");
process.exit(0);
