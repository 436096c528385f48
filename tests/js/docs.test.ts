/** What the repository's documents show is what happens: code, output, policies, messages and sizes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkPolicy } from "countersign";
import { measure } from "../../scripts/size.mjs";
import { ended, read } from "./command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const guides = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const documents = ["README.md", ...guides.map((name) => join("docs", name))];

function blocks(markdown: string, language: string): string[] {
  const found = markdown.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"));
  return [...found].map(([, text = ""]) => text);
}

test("the code of the README, with the policy of the README, prints what the README says", async () => {
  const folder = join(root, "target", "readme");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "policy.yaml"), blocks(readme, "yaml")[0] ?? "");
  writeFileSync(join(folder, "main.mjs"), blocks(readme, "js")[0] ?? "");
  const child = spawn(process.execPath, ["main.mjs"], { cwd: folder });
  const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), ended(child)]);
  assert.deepEqual([stderr, status], ["", 0]);
  const printed = stdout.replace(/ +$/gm, "");
  assert.equal(printed, blocks(readme, "text")[0]);
});

test("the message that the README shows is one of the golden ones", () => {
  const golden = readFileSync(join(root, "tests", "golden", "refunds.txt"), "utf8");
  const shown = blocks(readme, "text")[1] ?? "";
  assert.match(shown, /^error\[/);
  assert.ok(golden.includes(shown), shown);
});

test("the sizes that the README names are those that the size script measures", async () => {
  const named = /The engine is (\d+) kB and the package around it (\d+) kB, both gzip/.exec(readme);
  const gzip = new Map((await measure()).map((row) => [row.name, row.gzip / 1000]));
  assert.ok(named);
  for (const [kB, name] of [
    [named[1], "engine (wasm)"],
    [named[2], "package for web (JS)"],
  ]) {
    const measured = gzip.get(name ?? "") ?? 0;
    // Another compiler makes another engine.
    assert.ok(Math.abs(measured - Number(kB)) <= Math.max(1, 0.02 * measured), `${name}: ${measured} kB`);
  }
});

for (const document of documents) {
  for (const [index, policy] of blocks(readFileSync(join(root, document), "utf8"), "yaml").entries()) {
    test(`policy ${index + 1} of ${document} has no problem`, async () => {
      assert.equal((await checkPolicy(policy)).rendered, "");
    });
  }
}

for (const name of readdirSync(join(root, "examples", "policies"))) {
  test(`examples/policies/${name} has no problem`, async () => {
    assert.equal((await checkPolicy(readFileSync(join(root, "examples", "policies", name)))).rendered, "");
  });
}
