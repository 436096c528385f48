/** `countersign compile` in real processes. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadPolicy } from "countersign";
import { loadCompiledPolicy } from "countersign/compiled";
import { inFolder, run } from "./command.ts";

const files = {
  "a.yaml": "rules:\n  - { tool: mail, action: allow }\n",
  "b.yaml": "default: abstain\nrules:\n  - { tool: mail, action: escalate, when: { args.to: x } }\n",
  "bad.yaml": "rules:\n  - { tool: mail, action: alow }\n",
  "tools.json": '[{"name": "mail", "inputSchema": {"required": ["to"]}}]',
};

test("what is written decides as the policies do", async () => {
  await inFolder(files, async (folder) => {
    const args = ["compile", "a.yaml", "b.yaml", "--tools", "tools.json", "-o", "out.bin"];
    const { code, stdout, stderr } = await run(args, "", folder);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    const policy = await loadCompiledPolicy(new Uint8Array(readFileSync(join(folder, "out.bin"))));
    const whole = await loadPolicy([files["a.yaml"], files["b.yaml"]]);
    assert.match(stdout, new RegExp(`^out\\.bin: \\d+ bytes, ${whole.digest}\n$`));
    const actions = [{}, { to: "x" }, { to: "y" }].map((args) => policy.decide({ tool: "mail", args }).cause);
    assert.deepEqual(actions, ["misfit", "rule", "rule"]);
  });
});

for (const [name, args, expected, said] of [
  ["a policy with errors is not compiled", ["bad.yaml", "-o", "out.bin"], 1, /error\[unknown-action\]/],
  ["a file to write must be named", ["a.yaml"], 2, /no `--output FILE` given/],
  ["a policy must be named", ["-o", "out.bin"], 2, /no policy given/],
  [
    "a file that cannot be written is a problem",
    ["a.yaml", "-o", "no/such/out.bin"],
    2,
    /cannot write `no\/such\/out.bin`/,
  ],
  ["a file that cannot be read is one", ["none.yaml", "-o", "out.bin"], 2, /cannot read `none.yaml`/],
] as const) {
  test(name, async () => {
    await inFolder(files, async (folder) => {
      writeFileSync(join(folder, "out.bin"), "before");
      const { code, stdout, stderr } = await run(["compile", ...args], "", folder);
      assert.deepEqual({ code, stdout }, { code: expected, stdout: "" });
      assert.match(stderr, said);
      assert.equal(readFileSync(join(folder, "out.bin"), "utf8"), "before");
    });
  });
}
