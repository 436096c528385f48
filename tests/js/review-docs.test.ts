/** What docs/review-server.md and docs/cli.md show of reviewing is what happens. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createEscalations, undoMsOf } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
import { ended, read, run } from "./command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = readFileSync(join(root, "docs", "review-server.md"), "utf8");
const cli = readFileSync(join(root, "docs", "cli.md"), "utf8");

function block(language: string): string {
  const [, text = ""] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "m").exec(guide) ?? [];
  return text;
}

test("the program of docs/review-server.md prints what stands below it", async () => {
  const folder = join(root, "target", "review-docs");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "main.mjs"), block("js"));
  const child = spawn(process.execPath, ["main.mjs"], { cwd: folder });
  const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), ended(child)]);
  assert.deepEqual([stderr, status], ["", 0]);
  assert.equal(stdout, block("text"));
});

test("the agent of both READMEs goes on after a restart: what was approved meanwhile runs once", async () => {
  const [text = "", ofPackage] = ["README.md", "pkg/README.md"].map(
    (name) => /^```mjs\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, name), "utf8"))?.[1],
  );
  assert.equal(text, ofPackage);
  const folder = join(root, "target", "readme-agent");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "agent.mjs"), text);
  const start = () => spawn(process.execPath, ["agent.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const stopped = start();
  const store = sqliteStore({ file: join(folder, "calls.db") });
  const people = createEscalations({ store });
  let [held] = (await people.list()).items;
  while (held === undefined) [held] = (await people.list()).items;
  const { id, digest } = held;
  stopped.kill("SIGKILL");
  await once(stopped, "exit");
  await people.review(id, { verdict: "approve", digest });
  const again = start();
  assert.deepEqual(await Promise.all([read(again.stdout), once(again, "exit")]), [
    "sent hi to ann@acme.com\n",
    [0, null],
  ]);
  assert.equal((await people.read(id))?.run?.outcome, "ran");
  await store.close();
});

test("every option that the documents name is one that the command takes", async () => {
  for (const command of ["review", "history"]) {
    const { stdout } = await run([command, "--help"]);
    const [, section = ""] = cli.split(new RegExp(`^## .countersign ${command}.*$`, "m"));
    const named = new Set(section.split(/^## /m)[0]?.match(/--[a-z]+(-[a-z]+)*/g));
    assert.ok(named.size > 1);
    for (const option of named) assert.ok(stdout.includes(option), `${command} ${option}`);
  }
  for (const option of block("sh").match(/--[a-z]+/g) ?? []) assert.ok(cli.includes(option), option);
});

test("the times to undo are those that docs/cli.md names", () => {
  const risks = ["low", "medium", null, "high", "critical"] as const;
  assert.deepEqual(risks.map(undoMsOf), [0, 10_000, 10_000, 30_000, 30_000]);
  assert.match(
    cli,
    /high or critical risk is kept back for 30 seconds, one of low risk not at all, and any other for 10/,
  );
});
