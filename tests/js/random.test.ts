/** Random policies and calls: the built wasm decides as the engine does natively, which `tests/vectors_json.rs` wrote. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type Call, type Decision, loadPolicy } from "countersign";
import { assertTraceTells } from "./traces.ts";

interface Stack {
  readonly policies: readonly string[];
  readonly calls: readonly {
    readonly call: Call;
    readonly usage: Readonly<Record<string, number>>;
    readonly decision: Decision;
  }[];
}

const file = new URL("../../target/random.json", import.meta.url);

test("the built engine decides as the native one does", async () => {
  assert.ok(existsSync(file), "no target/random.json: run `npm test -- vectors` first");
  const { stacks } = JSON.parse(readFileSync(file, "utf8")) as { readonly stacks: readonly Stack[] };
  const causes = new Set<string>();
  let decided = 0;
  for (const { policies, calls } of stacks) {
    const policy = await loadPolicy([...policies]);
    for (const { call, usage, decision } of calls) {
      const found = policy.decide(call, { usage });
      assert.deepEqual(found, decision, `${policies.join("\n---\n")}\n${JSON.stringify({ call, usage })}`);
      const trace = policy.trace(call, { usage });
      assert.deepEqual(trace.decision, decision, "the trace's decision");
      assertTraceTells(trace);
      causes.add(decision.cause);
      decided += 1;
    }
    policy.dispose();
  }
  assert.ok(decided >= 1_000, `only ${decided} calls were decided`);
  assert.ok(causes.size >= 6, `only these causes came up: ${[...causes].join(", ")}`);
});
