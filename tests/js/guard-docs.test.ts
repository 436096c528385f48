/** Every program of docs/guard.md runs, and prints what the page says; its table of codes is complete. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createEscalations } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
import { ended, read } from "./command.ts";
import { printed, programsOf } from "./doc-programs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = readFileSync(join(root, "docs", "guard.md"), "utf8");
const { programs, outputs } = programsOf(guide);

test("each program has an output", () => assert.deepEqual([programs.length, outputs.length], [12, 12]));

for (const [index, program] of programs.entries()) {
  test(`program ${index + 1} of docs/guard.md prints what the page says`, async () => {
    const stdout = await printed(program, "guard", index);
    assert.equal(stdout.replace(/'[0-9a-f]{32}'/g, "'…'"), outputs[index]);
  });
}

test("the guard of the README waits, and runs once it is approved", async () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, example = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const folder = join(root, "target", "guard-guide");
  mkdirSync(folder, { recursive: true });
  const before = `
import { createEscalations, loadPolicy } from "countersign";
const policy = await loadPolicy("rules: [{ tool: email.send, action: escalate }]");
const reallySendEmail = ({ to }) => console.log("sent to", ...to);
`;
  const after = `
async function approve() {
  const people = createEscalations({ store });
  let held;
  while (!held) [held] = (await people.list({ status: "pending" })).items;
  console.log(held.status);
  await people.review(held.id, { verdict: "approve", digest: held.digest });
}
`;
  const program = example
    .replace("store: memoryStore()", "store")
    .replace("const guard", "const store = memoryStore();\napprove();\nconst guard");
  writeFileSync(join(folder, "readme.mjs"), before + program + after);
  const child = spawn(process.execPath, ["readme.mjs"], { cwd: folder });
  const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), ended(child)]);
  assert.deepEqual([stdout, stderr, status], ["pending\nsent to a@acme.com\n", "", 0]);
});

test("the agent of the whole path waits, and the next process resumes what was approved", async () => {
  const [, agent = ""] = /^```javascript\n([\s\S]*?)^```$/m.exec(guide) ?? [];
  const folder = join(root, "target", "guard-path");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "agent.mjs"), agent);
  const start = (...args: string[]) => spawn(process.execPath, ["agent.mjs", ...args], { cwd: folder });
  const first = start("send");
  const id = await new Promise<string>((resolve) => {
    first.stdout.once("data", (line: Buffer) => resolve(/^waits: (\w+)\n$/.exec(line.toString())?.[1] ?? ""));
  });
  first.kill("SIGKILL");
  await ended(first);
  const store = sqliteStore({ file: join(folder, "calls.db") });
  const people = createEscalations({ store });
  const { digest } = (await people.read(id)) ?? assert.fail(`nothing is held as ${id}`);
  await people.review(id, { verdict: "approve", digest });
  await store.close();
  const next = start();
  const [stdout, stderr, status] = await Promise.all([read(next.stdout), read(next.stderr), ended(next)]);
  assert.deepEqual([stdout, stderr, status], ["resumed: sent to ann@acme.com\n", "", 0]);
});

/** The words in the first column of the table under `heading`. */
function rowsUnder(heading: string): readonly string[] {
  const [, section = ""] = guide.split(`\n## ${heading}\n`);
  const rows = (section.split("\n## ")[0] ?? "").matchAll(/^\| (`.*?`) \|/gm);
  return [...rows].flatMap(([, cell = ""]) => [...cell.matchAll(/`(?!event)([\w-]+)`/g)].map(([, word = ""]) => word));
}

test("the tables tell every option of a guard and every event", () => {
  const types = readFileSync(join(root, "pkg", "src", "guarding", "types.ts"), "utf8");
  const [, options = ""] = /export interface GuardOptions \{\n([\s\S]*?)^\}/m.exec(types) ?? [];
  const names = [...options.matchAll(/^ {2}readonly (\w+)/gm)].map(([, name = ""]) => name);
  assert.ok(names.length > 15);
  assert.deepEqual([...rowsUnder("Options")].sort(), names.sort());
  const [, events = ""] = /export type GuardEvent =([\s\S]*?)\n\n/.exec(types) ?? [];
  const kinds = [...events.matchAll(/type: "([\w-]+)"/g)].map(([, kind = ""]) => kind);
  assert.ok(kinds.length > 8);
  assert.deepEqual([...rowsUnder("Events")].sort(), kinds.sort());
});

test("the table tells every code that an agent can be told", () => {
  const errors = readFileSync(join(root, "pkg", "src", "errors.ts"), "utf8");
  const [, union = ""] = /export type ToldCode =([^;]+);/.exec(errors) ?? [];
  const codes = new Set([...union.matchAll(/"([^"]+)"/g)].map(([, code = ""]) => code));
  const told = new Set(rowsUnder("What the agent is told"));
  assert.ok(codes.size > 10);
  assert.deepEqual([...told].sort(), [...codes].sort());
});
