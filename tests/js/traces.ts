/** A trace tells the decision that it is the trace of; `tests/it/traces.rs` asks the same, and more, natively. */
import assert from "node:assert/strict";
import type { PolicyTrace, Trace } from "countersign";

const STRICTNESS = ["abstain", "allow", "escalate", "block"] as const;

const strictness = ({ action }: { readonly action: (typeof STRICTNESS)[number] }) => STRICTNESS.indexOf(action);

/** Fails if what the policies and rules of `trace` say does not come to its decision. */
export function assertTraceTells({ decision, policies, misfit }: Trace): void {
  for (const walk of policies) assertSays(walk);
  const strictest = Math.max(...policies.map(strictness));
  const deciding = policies.find((walk) => strictness(walk) === strictest);
  const marked = policies.filter(({ decides }) => decides);
  if (decision.policy === null) {
    assert.deepEqual([marked, decision.action], [[], "escalate"]);
    assert.ok(strictest <= STRICTNESS.indexOf("allow"), "a policy says more than the decision");
  } else {
    const { policy, rule, action, cause } = deciding as PolicyTrace;
    const decided = { policy: decision.policy, rule: decision.rule, action: decision.action, cause: decision.cause };
    assert.deepEqual({ policy, rule, action, cause }, decided, "the strictest policy says another thing");
    assert.deepEqual(marked, [deciding]);
  }
  if (decision.cause === "misfit") assert.ok(misfit, "a misfit decides, and there is none");
  const doubtful = policies.flatMap(({ policy, rules }) =>
    rules.filter(({ says, outcome }) => says && outcome === "undecidable").map(({ id }) => ({ policy, rule: id })),
  );
  const doubts = decision.undecidable.filter(({ field }) => field !== "limit");
  assert.deepEqual(
    doubts.map(({ policy, rule }) => ({ policy, rule })),
    doubtful,
  );
}

function assertSays(walk: PolicyTrace): void {
  for (const { id, says, outcome } of walk.rules) {
    if (!says) continue;
    assert.ok(strictness(says) <= strictness(walk), `rule ${id} says more than its policy`);
    assert.equal(outcome === "undecidable" ? says.cause : outcome, outcome === "undecidable" ? outcome : "matched", id);
  }
  if (walk.cause === "name") {
    assert.deepEqual([walk.action, walk.knownName === null], ["escalate", false]);
  } else if (walk.rule !== null) {
    const says = walk.rules.find(({ id }) => id === walk.rule)?.says;
    assert.deepEqual(says, { action: walk.action, cause: walk.cause }, `rule ${walk.rule} does not say so`);
  }
}
