/** The benchmark runs, its engines agree, and the documents show the results that are in the repository. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { decideAlike } from "../../bench/agreement.mjs";
import { documents } from "../../bench/report.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

function bench(...args: readonly string[]) {
  return spawnSync(process.execPath, [join(root, "bench", "run.mjs"), ...args], { encoding: "utf8" });
}

test("the benchmark runs, and all engines that need not be installed agree on every decision", () => {
  const { status, stdout, stderr } = bench("--quick");
  assert.deepEqual([stderr, status], ["", 0]);
  assert.match(stdout, /^\| countersign +\| +[\d.,]+ [nµm]s, [\d.,]+ × \|/m);
  assert.match(stdout, /^all engines agree; [\d.]+ s$/m);
});

test("an engine that decides one call differently ends the benchmark, even the last that it is asked about", async () => {
  const calls = [{ tool: "a" }, { tool: "b" }, { tool: "c" }];
  const first = { name: "first", checked: 3, decide: () => "allow" };
  const other = {
    name: "other",
    checked: 2,
    decide: ({ tool }: { tool: string }) => (tool === "b" ? "block" : "allow"),
  };
  const later = { ...other, name: "later", decide: ({ tool }: { tool: string }) => (tool === "c" ? "block" : "allow") };
  await assert.rejects(decideAlike([first, other], calls), /first says allow, but other says block to\n\{"tool":"b"\}/);
  assert.deepEqual(await decideAlike([first, later], calls), ["allow", "allow", "allow"]);
});

test("an engine that there is not is refused by name", () => {
  const { status, stderr } = bench("--quick", "--engines", "handwritten,drools");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /no engine is called drools; there are map\.get, handwritten, handwritten-careful, countersign$/m,
  );
});

test("the documents show the results of the last benchmark: `node bench/report.mjs` changes nothing", () => {
  for (const [path, text] of Object.entries(documents())) {
    assert.equal(readFileSync(join(root, path), "utf8"), text, path);
  }
});
