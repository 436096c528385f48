/** The walk through the rules: each in order, up to the one that matched. */

import type { Explanation, PolicyTrace, RuleTrace } from "countersign";
import { wanted } from "../policy/state.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";

/** A longer walk shows its end: the rule that matched is the last one. */
const SHOWN_MAX = 300;

interface Props {
  readonly explanation: Explanation;
  /** Whether the rules' places are those of the text in the editor. */
  readonly linked: boolean;
}

export function Trace({ explanation, linked }: Props) {
  return (
    <div class="trace">
      <h3>Trace</h3>
      {explanation.policies.map((policy) => (
        <Walk key={policy.source} policy={policy} linked={linked} />
      ))}
    </div>
  );
}

function Walk({ policy, linked }: { readonly policy: PolicyTrace; readonly linked: boolean }) {
  const hidden = Math.max(0, policy.rules.length - SHOWN_MAX);
  return (
    <>
      {hidden > 0 && <p class="quiet">{hidden} rules before these did not match.</p>}
      <ol start={hidden + 1}>
        {policy.rules.slice(hidden).map((rule) => (
          <li key={rule.span.start} class={rule.outcome}>
            <Step rule={rule} linked={linked} />
          </li>
        ))}
      </ol>
      <p class="quiet">
        {policy.rule === null && (
          <>
            No rule matched, so the default applies:{" "}
            {policy.action === "abstain" ? "no say" : <ActionChip action={policy.action} />}
          </>
        )}
        {policy.unreached > 0 && (
          <>
            {policy.unreached} {policy.unreached === 1 ? "rule" : "rules"} after it{" "}
            {policy.unreached === 1 ? "was" : "were"} not reached.
          </>
        )}
      </p>
    </>
  );
}

function Step({ rule, linked }: { readonly rule: RuleTrace; readonly linked: boolean }) {
  const matched = rule.outcome === "matched";
  const name = <VisibleText text={rule.id} />;
  return (
    <>
      {linked ? (
        <a
          href={hashOf("policy")}
          onClick={() => {
            wanted.value = rule.span;
          }}
        >
          {name}
        </a>
      ) : (
        name
      )}{" "}
      <span class="met">{matched ? "matched" : "did not match"}</span>
      {rule.pattern !== null && rule.pattern.text !== rule.id && (
        <>
          {" "}
          by <VisibleText text={rule.pattern.text} />
        </>
      )}{" "}
      {matched && <ActionChip action={rule.action} />}
    </>
  );
}
