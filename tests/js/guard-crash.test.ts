/** A process is killed between each pair of steps: no call runs twice, and nothing that was acknowledged is lost. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createEscalations, createGuard, loadPolicy } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
import { contend } from "./contenders.ts";
import { approve } from "./guards.ts";

const child = fileURLToPath(new URL("crash-child.ts", import.meta.url));
const policy = await loadPolicy("rules: [{ tool: pay, action: escalate }]");

/** At which step the process is killed, how often the tool had run by then, and what becomes of the call afterwards. */
const steps = [
  { step: "after-open", ranBefore: 0, status: "pending", after: "ran" },
  { step: "before-consume", ranBefore: 0, status: "approved", after: "ran" },
  { step: "after-consume", ranBefore: 0, status: "approved", after: "unknown-outcome" },
  { step: "during-run", ranBefore: 1, status: "approved", after: "unknown-outcome" },
  { step: "before-outcome", ranBefore: 1, status: "approved", after: "unknown-outcome" },
] as const;

for (const { step, ranBefore, status, after } of steps) {
  test(`e07_crash ${step}: no second run, and nothing that was acknowledged is lost`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-"));
    const [file, effects] = [join(folder, "store.db"), join(folder, "effects")];
    const store = sqliteStore({ file });
    const people = createEscalations({ store });
    const ran = () => (existsSync(effects) ? readFileSync(effects, "utf8").split("\n").length - 1 : 0);
    try {
      await killAt(step, file, effects, async () => {
        const [held] = (await people.list()).items;
        assert.ok(held);
        await approve(people, held);
      });
      assert.equal(ran(), ranBefore);
      const [held, ...others] = (await people.list()).items;
      assert.ok(held && others.length === 0);
      assert.equal(held.status, status);
      const kept = await store.history({ from: 0, limit: 100 });
      const guard = createGuard({ policy, store, agent: "support", session: "s1" });
      let ranAfter = 0;
      guard.wrap("pay", () => {
        ranAfter += 1;
      });
      if (status === "pending") await approve(people, held);
      const resumed = await guard.resume(held.id);
      assert.equal(resumed.status === "not-run" ? resumed.told.code : resumed.status, after);
      for (let again = 0; again < 3; again += 1) assert.equal((await guard.resume(held.id)).status, "not-run");
      assert.deepEqual([ran(), ranAfter], [ranBefore, after === "ran" ? 1 : 0]);
      assert.deepEqual(
        (await guard.unfinished()).map(({ kind }) => kind),
        after === "ran" ? [] : ["unknown"],
      );
      assert.deepEqual(await store.history({ from: 0, limit: kept.length }), kept);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true });
    }
  });
}

/** Runs the child until it has stopped at `step`, and kills it there. `approve` is what a person does meanwhile. */
async function killAt(step: string, file: string, effects: string, approve: () => Promise<void>): Promise<void> {
  const process_ = spawn(process.execPath, ["--import", "tsx", child, file, effects, step], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise((resolve) => process_.once("exit", (_, signal) => resolve(signal)));
  for await (const line of createInterface(process_.stdout)) {
    if (line === "stopped") break;
    assert.match(line, /^held /);
    await approve();
  }
  process_.kill("SIGKILL");
  assert.equal(await gone, "SIGKILL");
}

test("b04_eight_processes: of eight processes that use one grant exactly one runs, in 60 rounds", () => contend(8, 60));
