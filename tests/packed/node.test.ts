/** The packed package where there is a file system: Node, Deno, Bun, and the command line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { packageProgram, run } from "../../scripts/run.mjs";
import { expected, installPacked } from "./project.ts";

const project = await installPacked();
const main = project.write(
  "main.js",
  'import { decideAll } from "./decide.js"; console.log(JSON.stringify(await decideAll()));',
);

const runtimes = {
  node: [process.execPath, main],
  deno: [...packageProgram("deno"), "run", "--no-remote", `--allow-read=${project.folder}`, main],
  bun: [...packageProgram("bun"), "run", "--no-install", main],
};

for (const [runtime, commandLine] of Object.entries(runtimes)) {
  test(`${runtime} decides with the packed package`, async () => {
    const output = await run(commandLine, { cwd: project.folder });
    assert.deepEqual(JSON.parse(output), await expected());
  });
}

for (const entry of ["countersign/guard", "countersign/compiled"] as const) {
  test(`every runtime with files decides by the entry ${entry}`, async () => {
    const small = await installPacked(entry);
    const file = small.write(
      "main.js",
      'console.log(JSON.stringify(await (await import("./decide.js")).decideAll()));',
    );
    for (const [program, ...args] of Object.values(runtimes)) {
      const here = args.map((argument) => argument.replace(main, file).replace(project.folder, small.folder));
      const output = await run([program ?? "", ...here], { cwd: small.folder });
      assert.deepEqual(JSON.parse(output), await expected(entry));
    }
  });
}

test("node decides with bytes that it brings itself", async () => {
  const source = `
import { readFile } from "node:fs/promises";
import { initialize, loadPolicy } from "countersign/bytes";
await initialize(await readFile(new URL(import.meta.resolve("countersign/countersign_bg.wasm"))));
const policy = await loadPolicy("rules: [{ tool: a, action: block }]");
console.log(policy.decide({ tool: "a" }).action);
`;
  assert.equal(await run([process.execPath, project.write("bytes.js", source)]), "block\n");
});

test("the installed command checks a policy and decides calls", async () => {
  const policy = project.write("policy.yaml", "rules:\n  - tool: a.*\n    action: allow\n");
  const calls = project.write("calls.ndjson", '{"tool":"a.b"}\n{"tool":"b"}\n');
  const command = [process.execPath, join(project.folder, "node_modules/countersign/bin/countersign.js")];
  await run([...command, "check", policy]);
  const output = await run([...command, "decide", "--policy", policy, calls]);
  const actions = output
    .trimEnd()
    .split("\n")
    .map((line: string) => (JSON.parse(line) as { action: string }).action);
  assert.deepEqual(actions, ["allow", "escalate"]);
});
