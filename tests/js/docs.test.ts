/** What the repository's documents show is what happens: code, output, policies, messages and sizes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkPolicy, loadPolicy } from "countersign";
import { measurePackage } from "../../scripts/size.mjs";
import { ended, inFolder, read, run } from "./command.ts";

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
  const shown = blocks(readme, "text").find((text) => text.startsWith("error["));
  assert.ok(shown !== undefined && golden.includes(shown), shown);
});

const commands = blocks(readme, "sh").flatMap((block) => block.split("\n").filter((line) => /^npx /.test(line)));

for (const command of commands) {
  test(`the README's \`${command}\` runs`, async () => {
    const { code, stdout, stderr } = await run(wordsOf(command), "", root);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.length > 0);
    if (command.includes("--summary")) assert.ok(blocks(readme, "text").includes(stderr), stderr);
  });
}

/** What stands behind `npx countersign`, with the one wildcard that a shell would expand. */
function wordsOf(command: string): string[] {
  const [npx, name, ...words] = command.split(" ");
  assert.deepEqual([npx, name], ["npx", "countersign"]);
  return words.flatMap((word) => {
    const [, folder = "", ending = ""] = /^(.*)\*(\.\w+)$/.exec(word) ?? [];
    if (folder === "") return [word];
    const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(ending));
    return names.sort().map((name) => folder + name);
  });
}

test("the README has commands", () => assert.equal(commands.length, 2));

test("the conditions that the README shows decide as it says", async () => {
  const policy = await loadPolicy(blocks(readme, "yaml")[1] ?? "");
  const lines = (blocks(readme, "js")[1] ?? "").split("\n").filter((line) => line.includes("; // "));
  const run = (command: string) => policy.decide({ tool: "shell.execute", args: { command }, confidence: 0.9 });
  for (const line of lines) {
    const [, command = "", action] = /^run\("(.+)"\)\.action; \/\/ (.+)$/.exec(line) ?? [];
    assert.equal(run(command).action, action, line);
  }
  assert.equal(lines.length, 3);
  assert.equal(policy.decide({ tool: "shell.execute", args: { command: "git log main" } }).cause, "low-confidence");
  const others = [
    ["file.write", { path: "/srv/notes/a", text: "" }, "allow"],
    ["file.write", { path: "/srv/notes/../.ssh/config", text: "" }, "escalate"],
    ["email.send", { to: ["ann@acme.com"], subject: "", body: "" }, "allow"],
    ["email.send", { to: ["ann@acme.com"], bcc: ["eve@evil.example"] }, "escalate"],
    ["web.fetch", { url: "https://docs.acme.com/" }, "allow"],
    ["web.fetch", { url: "https://acme.com@evil.example/" }, "escalate"],
    ["web.fetch", { url: "https://acme.com/" }, "escalate"],
  ] as const;
  for (const [tool, args, action] of others) {
    assert.equal(policy.decide({ tool, args, confidence: 0.9 }).action, action, JSON.stringify(args));
  }
});

test("the sizes that the README names are those that the size script measures", async () => {
  const [named = ""] = /^By gzip, .*$/m.exec(readme) ?? [];
  const sizes = [...named.matchAll(/(\d+) kB/g)].map(([, kB]) => Number(kB));
  const gzip = new Map((await measurePackage()).map((row) => [row.name, row.gzip / 1000]));
  const entries = ["countersign", "countersign/guard", "countersign/compiled"];
  assert.equal(sizes.length, entries.length);
  for (const [index, entry] of entries.entries()) {
    const name = `${entry} for web (JS and wasm)`;
    const kB = sizes[index];
    const measured = gzip.get(name ?? "") ?? 0;
    // Another compiler makes another engine.
    assert.ok(Math.abs(measured - Number(kB)) <= Math.max(1, 0.02 * measured), `${name}: ${measured} kB`);
  }
});

test("docs/cli.md shows what `test`, `mutate` and `compare` print", async () => {
  const language = readFileSync(join(root, "docs", "language.md"), "utf8");
  const [, policy = ""] = blocks(language.slice(language.indexOf("\n## Tests\n")), "yaml");
  const relaxed = policy.replace("at_most: 50 }", "at_most: 500 }");
  assert.notEqual(relaxed, policy);
  const calls = [20, 80, 900].map((amount) => ({ tool: "refund.create", args: { order: "AB123456", amount } }));
  const ndjson = calls.map((call) => `${JSON.stringify(call)}\n`).join("");
  const shown = blocks(readFileSync(join(root, "docs", "cli.md"), "utf8"), "text");
  await inFolder({ "refunds.yaml": policy, "relaxed.yaml": relaxed, "calls.ndjson": ndjson }, async (folder) => {
    const rows = [
      ["test", "--coverage", "refunds.yaml"],
      ["mutate", "refunds.yaml"],
      ["compare", "refunds.yaml", "relaxed.yaml", "calls.ndjson"],
      ["compare", "refunds.yaml", "relaxed.yaml"],
    ];
    for (const args of rows) {
      const { stdout, stderr } = await run(args, "", folder);
      assert.equal(stderr, "");
      assert.ok(shown.includes(stdout), stdout);
    }
  });
});

test("the example of docs/calibration.md prints what the page says", async () => {
  const page = readFileSync(join(root, "docs", "calibration.md"), "utf8");
  const [first = "", second = ""] = blocks(page, "sh");
  const commands = `${first}${second}`.replaceAll("\\\n", " ").trim().split("\n");
  const dated = (text: string) => text.replace(/(until: ")\d{4}-\d\d-\d\d/, "$1…");
  await inFolder({}, async (parent) => {
    const folder = join(parent, "refunds");
    let printed = "";
    for (const command of commands) {
      if (command === "cd refunds") continue;
      const [, script] = /^node (\S+) refunds$/.exec(command) ?? [];
      if (script !== undefined) {
        const child = spawn(process.execPath, [join(root, script), folder]);
        assert.deepEqual([await read(child.stderr), await ended(child)], ["", 0]);
        continue;
      }
      const [line = "", file] = command.split(" > ");
      const { stdout } = await run(line.replace("npx countersign ", "").trim().split(/ +/), "", folder);
      if (file === undefined) printed += stdout;
      else writeFileSync(join(folder, file), stdout);
    }
    assert.equal(dated(printed), dated(blocks(page, "text").join("")));
  });
});

const storeBlocks = blocks(readFileSync(join(root, "docs", "store-authors.md"), "utf8"), "js");

for (const [index, file] of ["shortest.mjs", "suite.mjs"].entries()) {
  test(`block ${index + 1} of docs/store-authors.md runs, and its store keeps the contract`, async () => {
    const folder = join(root, "target", "store-authors");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), storeBlocks[index] ?? "");
    // As a user starts it, not as a part of this test run.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(process.execPath, [file], { cwd: folder, env });
    const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), ended(child)]);
    assert.deepEqual([stderr, status], ["", 0], stdout);
    const kept = stdout.split("\n").filter((line) => /^(kept: |ok |✔ )/.test(line)).length;
    assert.ok(kept > 20, stdout);
  });
}

test("docs/store-authors.md has no other code", () => assert.equal(storeBlocks.length, 2));

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
