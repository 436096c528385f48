/** The tests of the policy: run again with every edit, those that fail first. */

import type { TestOutcome } from "../engine/policy/api.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { coverage, isHit } from "./coverage.ts";
import { checked, mend, wanted } from "./state.ts";

/** A list that long is read by nobody; the marks beside the lines show all. */
const SHOWN_MAX = 50;

export function TestsPanel() {
  const last = checked.value;
  const run = last?.tests ?? null;
  const tests = run?.tests ?? [];
  const sorted = [...tests.filter(({ passed }) => !passed), ...tests.filter(({ passed }) => passed)];
  return (
    <section class="panel tests" aria-labelledby="tests-title">
      <h2 id="tests-title">
        Tests <span class="count">{tests.length}</span>
      </h2>
      <p class={`tests-state ${(run?.failed ?? 0) > 0 ? "bad" : ""}`} role="status">
        {stateOf(last !== null && last.policy === null, run)}
      </p>
      {run !== null && tests.length === 0 && <HowTo />}
      <ul>
        {sorted.slice(0, SHOWN_MAX).map((test) => (
          <Test key={test.span.start} test={test} />
        ))}
      </ul>
      {sorted.length > SHOWN_MAX && <p class="quiet">and {sorted.length - SHOWN_MAX} more</p>}
      <Covered />
    </section>
  );
}

/** As it stands in a policy, at its end. */
const EXAMPLE = `tests:
  - name: mail to a stranger waits
    call: { tool: email.send, args: { to: x@other.example } }
    expect: { action: escalate }`;

function HowTo() {
  return (
    <div class="quiet">
      <p>
        A test is a call and what is expected of it. Write it at the end of the policy, as below; or decide a call in{" "}
        <a href={hashOf("simulate")}>Simulate</a> and press “Make this call a test”.
      </p>
      <pre>{EXAMPLE}</pre>
    </div>
  );
}

function stateOf(hasErrors: boolean, run: { readonly passed: number; readonly failed: number } | null): string {
  if (run === null) return hasErrors ? "The tests run once the text has no errors." : "Running the tests…";
  const { passed, failed } = run;
  if (passed + failed === 0) return "No tests yet.";
  if (failed === 0) return passed === 1 ? "The one test passes." : `All ${passed} tests pass.`;
  return `${failed} of ${passed + failed} ${failed === 1 ? "fails" : "fail"}.`;
}

function Test({ test }: { readonly test: TestOutcome }) {
  const { name, span, passed, message, fix } = test;
  const word = passed ? "passes" : "fails";
  return (
    <li class={`test ${passed ? "passed" : "failed"}`}>
      <button
        type="button"
        class="jump"
        onClick={() => {
          wanted.value = span;
        }}
      >
        <span class="test-sign" aria-hidden="true">
          {passed ? "✓" : "✗"}
        </span>
        <span class="test-word">{word}</span>
        <span class="test-name">
          <VisibleText text={name} />
        </span>
        <span class="place">line {span.line}</span>
      </button>
      {message !== null && (
        <p>
          <VisibleText text={message} />
        </p>
      )}
      {fix !== null && (
        <p class="problem-foot">
          <button type="button" onClick={() => mend(fix)}>
            Expect what is decided
          </button>
        </p>
      )}
    </li>
  );
}

function Covered() {
  const covers = coverage.value;
  if (covers === null || covers.length === 0) return null;
  const hit = covers.filter(isHit).length;
  return (
    <p class="quiet covered">
      {hit} of {covers.length} {covers.length === 1 ? "rule is" : "rules are"} hit (●); ○ in the gutter is one that is
      not.
    </p>
  );
}
