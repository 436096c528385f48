/** Processes that use the same grants, and answer the same escalations, at the same time over one SQLite file. */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createEscalations, createGuard, loadPolicy } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
import { approve, hold } from "./guards.ts";

const policyText = "rules: [{ tool: pay, action: escalate }]";

/** One process of {@link contend}: for each line `use ID` or `answer ID DIGEST` it says what came of it. */
async function contender(file: string, number: number): Promise<void> {
  const policy = await loadPolicy(policyText);
  const store = sqliteStore({ file });
  const guard = createGuard({ policy, store, agent: "support", session: "s1", record: "held" });
  const people = createEscalations({ store });
  process.stdout.write("ready\n");
  for await (const line of createInterface(process.stdin)) {
    const [what, id = "", digest = ""] = line.split(" ");
    if (what === "use") process.stdout.write(`${(await guard.resume(id)).status}\n`);
    else {
      const verdict = number % 2 ? "approve" : "reject";
      const answer = people.review(id, { verdict, digest: digest as `sha256:${string}` });
      process.stdout.write(
        `${await answer.then(
          () => "closed",
          (error: { code: string }) => error.code,
        )}\n`,
      );
    }
  }
}

/** In each of `rounds`, `processes` processes answer one escalation and use one grant: exactly one of them counts. */
export async function contend(processes: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  const file = join(folder, "store.db");
  const store = sqliteStore({ file });
  const guard = createGuard({ policy: await loadPolicy(policyText), store, agent: "support", session: "s1" });
  const people = createEscalations({ store });
  const children = Array.from({ length: processes }, (_, number) => startContender(file, number));
  const ask = (line: string) => Promise.all(children.map((child) => child.ask(line)));
  try {
    await ask("");
    for (let round = 0; round < rounds; round += 1) {
      const contested = await hold(guard, { tool: "pay", args: { [`contested ${round}`]: 1 } });
      const closed = await ask(`answer ${contested.id} ${contested.digest}`);
      assert.deepEqual(closed.toSorted(), [...Array(processes - 1).fill("already-closed"), "closed"]);
      const granted = await hold(guard, { tool: "pay", args: { [`granted ${round}`]: 1 } });
      await approve(people, granted);
      const used = await ask(`use ${granted.id}`);
      assert.deepEqual(used.toSorted(), [...Array(processes - 1).fill("not-run"), "ready"]);
    }
  } finally {
    for (const { child } of children) child.kill("SIGKILL");
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

function startContender(file: string, number: number) {
  const script = fileURLToPath(import.meta.url);
  const args = ["--import", "tsx", script, file, String(number)];
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, args);
  child.stderr.pipe(process.stderr);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    /** The next line that it says, after `line` was said to it, if it is one. */
    async ask(line: string): Promise<string> {
      if (line !== "") child.stdin.write(`${line}\n`);
      const { value } = await lines.next();
      return String(value);
    },
  };
}

const [, script, file, number] = process.argv;
if (script === fileURLToPath(import.meta.url) && file !== undefined) await contender(file, Number(number));
