/** The entry for pages on which people review. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPolicy, createEscalations, EngineError, presentCard, textOf } from "countersign/review";
import { memoryStore } from "countersign/stores/memory";

const TEXT = "rules: [{ id: mail, tool: email.send, action: escalate, reason: Mail leaves the company }]";
const CALL = { tool: "email.send", args: { to: ["bob@example.com"] } };

test("it shows and answers calls; its policies decide once `countersign` was loaded, and not before", async () => {
  const { policy } = await checkPolicy(TEXT);
  assert.ok(policy);
  const notLoaded = (error: unknown) => error instanceof EngineError && error.code === "not-loaded";
  assert.throws(() => policy.decide(CALL), notLoaded);
  assert.throws(() => policy.trace(CALL), notLoaded);
  const store = memoryStore();
  const reviewing = createEscalations({ store });
  assert.ok(!("open" in reviewing) && !("edit" in reviewing));

  const whole = await import("countersign");
  assert.equal(policy.decide(CALL).action, "escalate");
  assert.equal(policy.trace(CALL).decision.action, "escalate");
  const held = await whole.createEscalations({ store }).open(policy, CALL);
  const card = await presentCard(held, { policy });
  assert.equal(card.why.reason === null ? null : textOf(card.why.reason), "Mail leaves the company");
  const answered = await reviewing.review(held.id, { verdict: "approve", digest: card.digest });
  assert.equal(answered.status, "approved");
});

test("its errors are those of `countersign`", async () => {
  const whole = await import("countersign");
  assert.equal(EngineError, whole.EngineError);
});
