/** The smaller builds of the engine decide and refuse as the whole one does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as whole from "countersign";
import * as compiled from "countersign/compiled";
import * as guard from "countersign/guard";
import { memoryStore } from "countersign/stores/memory";

interface Row {
  readonly call: whole.Call;
}

interface Case extends Partial<Row> {
  readonly name: string;
  readonly policy?: string;
  readonly policies?: readonly string[];
  readonly tools?: string;
  readonly calls?: readonly Row[];
}

const vectors = new URL("../../target/vectors.json", import.meta.url);
const files: readonly { readonly file: string; readonly cases: readonly Case[] }[] = JSON.parse(
  readFileSync(vectors, "utf8"),
).files;

for (const { file, cases } of files) {
  test(`${file}: the smaller builds do as the whole one`, async () => {
    for (const vector of cases) await check(vector);
  });
}

async function check(vector: Case): Promise<void> {
  const texts = vector.policies ?? [vector.policy ?? ""];
  const options = vector.tools === undefined ? {} : { tools: vector.tools };
  const { diagnostics, policy } = await whole.checkPolicy(texts, options);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const small = await guard.loadPolicy(texts, options).catch((error: unknown) => error);
  if (!policy) {
    assert.ok(small instanceof guard.PolicyError, `${vector.name}: the guard does not refuse it`);
    assert.deepEqual(small.diagnostics.map(placed), errors.map(placed), vector.name);
    return;
  }
  assert.ok(!(small instanceof Error), `${vector.name}: ${String(small)}`);
  const builds = [small as guard.DecidingPolicy, await compiled.loadCompiledPolicy(policy.compiled())];
  const rows = [...(vector.call ? [vector as Row] : []), ...(vector.calls ?? [])];
  for (const build of builds) {
    assert.equal(build.digest, policy.digest);
    for (const { call } of rows) {
      const decision = policy.decide(call);
      assert.deepEqual(build.decide(call), decision, vector.name);
      const usage = Object.fromEntries(decision.charge.map(({ bucket }) => [bucket, 0]));
      assert.deepEqual(build.decide(call, { usage }), policy.decide(call, { usage }), vector.name);
    }
    build.dispose();
  }
}

/** Texts that are wrong in ways that no vector writes. */
function* broken(): Generator<string | Uint8Array> {
  for (const { cases } of files) {
    for (const { policy = "" } of cases) {
      for (const share of [0.2, 0.5, 0.8]) {
        const at = Math.floor(policy.length * share);
        yield policy.slice(0, at);
        yield `${policy.slice(0, at)}${policy.slice(at + 1)}`;
        yield `${policy.slice(0, at)}\t: ${policy.slice(at)}`;
      }
    }
  }
  yield new Uint8Array([114, 117, 0xff, 0x80]);
  yield `x-deep: ${"[".repeat(70)}${"]".repeat(70)}`;
  yield "# padding\n".repeat(200_000);
  yield `rules:\n${"  - { tool: a, action: block, undecidable: escalate, what: 1 }\n".repeat(700)}`;
  yield `rules: [${"{ tool: a.*, action: allow }, ".repeat(300)}{ tool: a.b, action: block }]`;
}

test("what is refused, and where, is the same of texts that are cut, damaged or too large", async () => {
  let refused = 0;
  for (const text of broken()) {
    const { diagnostics, policy } = await whole.checkPolicy(text);
    policy?.dispose();
    const small = await guard.loadPolicy(text).catch((error: unknown) => error);
    const found = small instanceof guard.PolicyError ? small.diagnostics.map(placed) : [];
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual(found, errors.map(placed), String(text).slice(0, 2_000));
    assert.equal(small instanceof Error, policy === null);
    if (policy) (small as guard.DecidingPolicy).dispose();
    else refused += 1;
  }
  assert.ok(refused > 1_000, `only ${refused} texts were refused`);
});

function placed({ code, severity, source, span }: whole.Diagnostic): unknown {
  return { code, severity, source, span };
}

test("what the guard says of a policy is where it is wrong", async () => {
  const text = "rules:\n  - { tool: a, action: alow }\n  - { tool: b, action: allow, why: c }\n";
  await assert.rejects(guard.loadPolicy({ name: "a.yaml", text }), (error: unknown) => {
    assert.ok(error instanceof whole.PolicyError);
    assert.equal(error.message, "error[unknown-action] a.yaml:2:24\nerror[unknown-key] a.yaml:3:31");
    assert.equal(error.diagnostics[0]?.message, "unknown action");
    return true;
  });
});

test("escalations that the guard opens are those of the whole package", async () => {
  const store = memoryStore();
  const text = "rules: [{ tool: mail, action: escalate, reason: people read it }]";
  const opened = await guard
    .createEscalations({ store })
    .open(await guard.loadPolicy(text), { tool: "mail", args: { to: "ö", n: [-0.5, 1e-7, null, true] } });
  const escalations = whole.createEscalations({ store });
  assert.deepEqual(await escalations.read(opened.id), opened);
  const reviewed = await escalations.review(opened.id, { verdict: "approve", digest: opened.digest });
  assert.equal(reviewed.status, "approved");
});

test("under a compiled policy no call is held for review", async () => {
  const policy = await compiled.loadCompiledPolicy(
    (await whole.loadPolicy("rules: [{ tool: a, action: allow }]")).compiled(),
  );
  const escalations = whole.createEscalations({ store: memoryStore() });
  await assert.rejects(escalations.open(policy, { tool: "b" }), /under a compiled policy/);
  policy.dispose();
  assert.throws(() => policy.decide({ tool: "a" }), { code: "disposed" });
});

test("bytes that are no compiled policy are refused, and the engine goes on", async () => {
  const bytes = (await whole.loadPolicy("rules: [{ tool: a, action: allow }]")).compiled();
  const codes: Record<string, Uint8Array> = {
    "not-compiled": new TextEncoder().encode("rules: [{ tool: a, action: allow }]"),
    "other-version": bytes.with(8, 99),
    "cut-short": bytes.subarray(0, -1),
    "trailing-bytes": new Uint8Array([...bytes, 0]),
    damaged: bytes.with(bytes.length - 1, 99),
  };
  for (const [code, wrong] of Object.entries(codes)) {
    await assert.rejects(compiled.loadCompiledPolicy(wrong), { name: "CompiledPolicyError", code });
  }
  await assert.rejects(compiled.loadCompiledPolicy("rules: []" as unknown as Uint8Array), TypeError);
  assert.equal((await compiled.loadCompiledPolicy(bytes)).decide({ tool: "a" }).action, "allow");
});
