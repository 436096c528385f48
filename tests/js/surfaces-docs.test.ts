/** Every program of docs/surfaces.md runs, and prints what the page says; the page names all that it is about. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { printed, programsOf } from "./doc-programs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = readFileSync(join(root, "docs", "surfaces.md"), "utf8");
const { programs, outputs } = programsOf(guide);

test("each program has an output", () => assert.deepEqual([programs.length, outputs.length], [7, 7]));

for (const [index, program] of programs.entries()) {
  test(`program ${index + 1} of docs/surfaces.md prints what the page says`, async () => {
    assert.equal(await printed(program, "surfaces", index), outputs[index]);
  });
}

test("each function of the package's own modules for surfaces is on the page", () => {
  const exported = readFileSync(join(root, "pkg", "src", "index.ts"), "utf8");
  const modules = [
    "presenting",
    "comparison",
    "summary",
    "statistics",
    "history-text",
    "planting",
    "language",
    "widening",
  ];
  const names = modules.flatMap((module) => {
    const [, list = ""] = new RegExp(`^export \\{ ([^}]*) \\} from "./${module}.js";$`, "m").exec(exported) ?? [];
    return list.split(", ").filter((name) => /^[a-z]/.test(name));
  });
  assert.ok(names.length > 12);
  const minor = new Set(["mergeWaits", "waitQuantile", "readCheckpoint"]);
  assert.deepEqual(
    names.filter((name) => !minor.has(name) && !guide.includes(name)),
    [],
  );
});
