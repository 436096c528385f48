/** The decision on the simulated call. */

import { plain, Written } from "../review/card/written.tsx";
import { VisibleText } from "../text/visible-text.tsx";
import { DecisionFacts } from "./decision-facts.tsx";
import { MakeTest } from "./make-test.tsx";
import { QueueButton } from "./queue-button.tsx";
import { linked, type Simulated, simulated, stale } from "./state.ts";
import { TraceView } from "./trace.tsx";

export function DecisionCard() {
  const last = simulated.value;
  return (
    <section class="panel decision" aria-labelledby="decision-title" aria-live="polite">
      <h2 id="decision-title">Decision</h2>
      {last === null ? <p class="quiet">Nothing has been decided yet.</p> : <Answer last={last} />}
    </section>
  );
}

function Answer({ last }: { readonly last: Simulated }) {
  const { answer, callText, digest, policyText } = last;
  if (!answer.ok) {
    return (
      <p class="notice bad">
        Nothing was decided: <VisibleText text={answer.message} /> <code>{answer.code}</code>
      </p>
    );
  }
  return (
    <>
      {stale.value && (
        <p class="notice">The call or the policy has changed since; this decision is about what stood there before.</p>
      )}
      <div class={stale.value ? "stale" : undefined}>
        <DecisionFacts trace={answer.trace} />
        {answer.instead.map((sentence) => (
          <p key={plain(sentence)} class="instead">
            It <Written text={sentence} />.
          </p>
        ))}
        {answer.trace.decision.action === "escalate" && !stale.value && (
          <QueueButton key={callText} open={(api) => api.escalate(callText, digest)} />
        )}
        <MakeTest key={`${callText} test`} call={answer.call} trace={answer.trace} isOffered={!stale.value} />
        <TraceView trace={answer.trace} linked={linked.value} policyText={policyText} />
      </div>
    </>
  );
}
