/** Every program of docs/guard.md runs, and prints what the page says; its table of codes is complete. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ended, read } from "./command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = readFileSync(join(root, "docs", "guard.md"), "utf8");
const [beginning = "", ...programs] = [...guide.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
const outputs = [...guide.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);

test("each program has an output", () => assert.deepEqual([programs.length, outputs.length], [11, 11]));

for (const [index, program] of programs.entries()) {
  test(`program ${index + 1} of docs/guard.md prints what the page says`, async () => {
    const folder = join(root, "target", "guard-guide");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${index + 1}.mjs`);
    writeFileSync(file, beginning + program);
    const child = spawn(process.execPath, [file], { cwd: folder });
    const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), ended(child)]);
    assert.deepEqual([stderr, status], ["", 0]);
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

test("the table tells every code that an agent can be told", () => {
  const errors = readFileSync(join(root, "pkg", "src", "errors.ts"), "utf8");
  const [, union = ""] = /export type ToldCode =([^;]+);/.exec(errors) ?? [];
  const codes = new Set([...union.matchAll(/"([^"]+)"/g)].map(([, code = ""]) => code));
  const told = new Set([...guide.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code = ""]) => code));
  assert.ok(codes.size > 10);
  assert.deepEqual([...told].sort(), [...codes].sort());
});
