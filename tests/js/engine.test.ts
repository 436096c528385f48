/** How the engine is loaded, and that nothing is decided when it fails. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as countersign from "countersign/bytes";

const { checkPolicy, createEscalations, EngineError, initialize, loadPolicy } = countersign;
const text = "rules: [{ tool: a, action: allow }, { tool: b, action: escalate }]";
const bytes = readFileSync(new URL(import.meta.resolve("countersign/countersign_bg.wasm")));
const failedWith = (code: string) => (error: unknown) => error instanceof EngineError && error.code === code;

// These tests share one engine and run in this order.

test("without bytes nothing is loaded, and the error says what to do", async () => {
  await assert.rejects(
    loadPolicy(text),
    (error: Error) => failedWith("not-loaded")(error) && /initialize/.test(error.message),
  );
  await assert.rejects(checkPolicy(text), failedWith("not-loaded"));
});

test("bytes that are no WebAssembly are refused, and a later try may succeed", async () => {
  await assert.rejects(initialize(new Uint8Array([1, 2, 3])), failedWith("not-loaded"));
  await assert.rejects(initialize(Promise.reject(new Error("offline"))), failedWith("not-loaded"));
  await initialize(withTrap(bytes));
  assert.equal((await loadPolicy(text)).decide({ tool: "a" }).action, "allow");
});

test("e16_wasm_trap: when the engine fails inside, everything is refused from then on", async () => {
  const policy = await loadPolicy(text);
  const simulation = policy.simulation();
  const { memoryStore } = await import("countersign/stores/memory");
  const escalations = createEscalations({ store: memoryStore() });
  const held = await escalations.open(policy, { tool: "b" });
  assert.equal(policy.decide({ tool: "a" }).action, "allow");
  trapNext = true;
  const trapped = failedWith("trapped");
  assert.throws(() => policy.decide({ tool: "b2" }), trapped);
  assert.throws(() => policy.decide({ tool: "a" }), trapped, "also what was decided before");
  assert.throws(() => policy.trace({ tool: "a" }), trapped);
  assert.throws(() => simulation.push(new Uint8Array(1)), trapped);
  assert.throws(() => simulation.counts, trapped);
  await assert.rejects(loadPolicy(text), trapped);
  await assert.rejects(initialize(bytes), trapped);
  await assert.rejects(escalations.open(policy, { tool: "b" }), trapped);
  await assert.rejects(escalations.review(held.id, { verdict: "approve", digest: held.digest }), trapped);
  simulation.dispose();
  policy.dispose();
});

let trapNext = false;

/** The real engine, except that one of its functions reaches `unreachable` when told to. */
function withTrap(source: BufferSource): WebAssembly.Module {
  const module = new WebAssembly.Module(source);
  const instantiate = WebAssembly.instantiate;
  const replaced = async (given: WebAssembly.Module, imports: WebAssembly.Imports) => {
    WebAssembly.instantiate = instantiate;
    const { exports } = await instantiate(given, imports);
    const plan = exports.planner_plan as (...values: unknown[]) => unknown;
    const trapping = (...values: unknown[]) => (trapNext ? unreachable() : plan(...values));
    const instance = Object.create(WebAssembly.Instance.prototype) as WebAssembly.Instance;
    return Object.defineProperty(instance, "exports", { value: { ...exports, planner_plan: trapping } });
  };
  WebAssembly.instantiate = replaced as unknown as typeof WebAssembly.instantiate;
  return module;
}

/** `(module (func (export "f") unreachable))` */
const unreachableModule = new WebAssembly.Module(
  // biome-ignore format: one section a line
  Uint8Array.of(
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    1, 4, 1, 0x60, 0, 0,
    3, 2, 1, 0,
    7, 5, 1, 1, 0x66, 0, 0,
    10, 5, 1, 3, 0, 0, 0x0b,
  ),
);

function unreachable(): never {
  const { f } = new WebAssembly.Instance(unreachableModule).exports;
  (f as () => never)();
  throw new Error("went on after a trap");
}
