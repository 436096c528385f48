/** A decision in words: action, rule, policy, cause, reason. */

import type { Trace } from "countersign";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { ProtectionFacts } from "../ui/protection-facts.tsx";
import { ShortDigest } from "../ui/short-digest.tsx";

export function DecisionFacts({ trace }: { readonly trace: Trace }) {
  const { decision, policies } = trace;
  const name = policies.find((policy) => policy.policy === decision.policy)?.name ?? null;
  return (
    <dl class="facts">
      <dt>Action</dt>
      <dd>
        <ActionChip action={decision.action} />
      </dd>
      <dt>Rule</dt>
      <dd>{decision.rule === null ? "none matched" : <VisibleText text={decision.rule} />}</dd>
      <dt>Cause</dt>
      <dd>{decision.cause}</dd>
      {decision.reason !== null && (
        <>
          <dt>Reason</dt>
          <dd>
            <VisibleText text={decision.reason} />
          </dd>
        </>
      )}
      <ProtectionFacts decision={decision} />
      <dt>Policy</dt>
      <dd>
        {name !== null && <VisibleText text={name} />}{" "}
        {decision.policy === null ? "none had a say" : <ShortDigest digest={decision.policy} />}
      </dd>
    </dl>
  );
}
