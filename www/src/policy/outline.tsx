/** The rules of the policy in force, in order; each jumps to its place in the text. */

import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { policyStatus, wanted } from "./state.ts";

/** A policy of more rules than this is not listed to the end. */
const SHOWN_MAX = 500;

export function Outline() {
  const status = policyStatus.value;
  const policies = status.state === "in-force" ? status.policy.policies : [];
  const rules = policies.flatMap((policy) => policy.rules);
  return (
    <section class="panel outline" aria-labelledby="outline-title">
      <h2 id="outline-title">
        Rules <span class="count">{rules.length}</span>
      </h2>
      {status.state !== "in-force" && <p class="quiet">The rules appear here once the text has no errors.</p>}
      <ol>
        {rules.slice(0, SHOWN_MAX).map((rule) => (
          <li key={rule.span.start}>
            <button
              type="button"
              class="jump"
              onClick={() => {
                wanted.value = rule.span;
              }}
            >
              <ActionChip action={rule.action} />
              <span class="rule-id">
                <VisibleText text={rule.id} />
              </span>
              {rule.tools.join(", ") !== rule.id && (
                <span class="tools">
                  <VisibleText text={rule.tools.join(", ")} />
                </span>
              )}
            </button>
          </li>
        ))}
      </ol>
      {rules.length > SHOWN_MAX && <p class="quiet">and {rules.length - SHOWN_MAX} more</p>}
      {policies.map((policy) => (
        <p key={policy.digest} class="quiet default">
          Any other call: {policy.default === "abstain" ? "no say" : <ActionChip action={policy.default} />}
        </p>
      ))}
    </section>
  );
}
