/** The code in the package's README and in docs/sizes.md, and the commands there, run; the code prints what it says. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ended, inFolder, read, run } from "./command.ts";

const readme = readFileSync(new URL("../../pkg/README.md", import.meta.url), "utf8");
const here = fileURLToPath(new URL(".", import.meta.url));
const sizes = readFileSync(new URL("../../docs/sizes.md", import.meta.url), "utf8");
const codeOf = (text: string) => [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
const blocks = [...codeOf(readme), ...codeOf(sizes)];

test("there is code", () => assert.equal(blocks.length, 9));

for (const [index, code] of blocks.entries()) {
  test(`code ${index + 1} of the documents prints what its comments say`, async () => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: here });
    const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), ended(child)]);
    assert.deepEqual([stderr, status], ["", 0]);
    const said = [...code.matchAll(/; \/\/ (.*)$/gm)].map(([, comment]) => comment);
    assert.ok(said.length > 0);
    assert.deepEqual(stdout.trimEnd().split("\n"), said);
  });
}

const commands = [...readme.matchAll(/^npx countersign ([^#\n]*)/gm)].map(([, words = ""]) => words.trim());

test("the README has commands", () => assert.equal(commands.length, 5));

for (const command of commands) {
  test(`the README's \`countersign ${command}\` runs`, async () => {
    const files = {
      "policy.yaml": "rules: [{ tool: file.read, action: allow }]",
      "tools.json": '{"tools":[{"name":"file.read"}]}',
      "calls.ndjson": '{"tool":"file.read"}\n',
    };
    await inFolder(files, async (folder) => {
      const { code, stderr, stdout } = await run(command.split(" "), "", folder);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.ok(stdout.length > 0);
    });
  });
}
