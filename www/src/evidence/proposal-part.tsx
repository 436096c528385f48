/** A narrower rule that could allow what people always approved, for a person to take or leave. */

import type { RelaxProposal } from "countersign";
import { useState } from "preact/hooks";
import { policyStatus, replaceText } from "../policy/state.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { fetched } from "../ui/fetched.tsx";
import { counted } from "./counted.ts";
import { dayName, save } from "./save.ts";

const { Part: Difference } = fetched(async () => (await import("../policy/library/difference.tsx")).Difference);

interface Props {
  /** The rule that asks; `null` for the default. */
  readonly asks: string | null;
  readonly proposal: RelaxProposal;
  /** The text that it changes; `null` if it can only be taken along. */
  readonly before: string | null;
}

export function ProposalPart({ asks, proposal, before }: Props) {
  const [isShown, show] = useState(false);
  const [isTaken, setTaken] = useState(false);
  const status = policyStatus.value;
  const isCurrent = before !== null && status.state === "in-force" && status.text === before;
  const { rule, tool, sentence, written, proof, until, tried } = proposal;
  const take = () => {
    replaceText(proposal.text);
    setTaken(true);
  };
  return (
    <article class="proposal" aria-label={`Proposal ${rule}`}>
      <h3>
        Proposal: <VisibleText text={rule} />
      </h3>
      <p>
        In front of {asks === null ? "the default" : <VisibleText text={asks} />}, a rule that allows{" "}
        <VisibleText text={tool} /> as it was always approved. It <VisibleText text={sentence} />.
      </p>
      <ul class="quiet">
        <li>
          Found in the older part of the answers, after {counted(tried, "condition was", "conditions were")} tried; the
          newer part, {counted(proof.approvals, "approval", "approvals")} on {counted(proof.days, "day", "days")}, shows
          that it holds.
        </li>
        <li>
          It begins with a tenth of users and days; of those, one in twenty is reviewed all the same; and it ends on{" "}
          {until}.
        </li>
        {proof.reviewers === 1 && <li>One reviewer gave all of these approvals.</li>}
      </ul>
      <pre class="proposal-rule">
        {written
          .trimEnd()
          .split("\n")
          .map((line, at) => (
            <div key={at}>
              <VisibleText text={line} />
            </div>
          ))}
      </pre>
      <div class="toolbar">
        {before !== null && (
          <button type="button" aria-expanded={isShown} onClick={() => show(!isShown)}>
            {isShown ? "Hide the change" : "Show the change with its tests"}
          </button>
        )}
        {before === null ? (
          <button
            type="button"
            onClick={() => save(new Blob([proposal.text], { type: "application/yaml" }), `policy-${dayName()}.yaml`)}
          >
            Download the changed policy
          </button>
        ) : (
          <button type="button" class="primary" disabled={!isCurrent} onClick={take}>
            Put it into the policy
          </button>
        )}
        <span role="status" class="quiet">
          {isTaken && (
            <>
              It is in the policy, which can be put back there. <a href={hashOf("policy")}>Look at it</a>
            </>
          )}
          {!isTaken && before !== null && !isCurrent && "The policy has changed since; calibrate again."}
        </span>
      </div>
      {isShown && before !== null && (
        <Difference before={before} after={proposal.text} names={["the policy in force", "the proposal"]} />
      )}
    </article>
  );
}
