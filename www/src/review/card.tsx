/**
 * One held call, as the reviewer sees it.
 *
 * The headline, the rule and the arguments come from the engine; what the agent says about itself stands last and is marked as such.
 */

import type { Decision } from "countersign";
import { useEffect, useRef } from "preact/hooks";
import type { Queued, Shown, Waits } from "../engine/review/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { ProtectionFacts } from "../ui/protection-facts.tsx";
import { ShortDigest } from "../ui/short-digest.tsx";
import { StatusChip } from "../ui/status-chip.tsx";
import { Time } from "../ui/time.tsx";
import { AgentWords } from "./agent-words.tsx";
import { Decide } from "./decide.tsx";
import { Links } from "./links.tsx";
import { measure } from "./measure.ts";
import { Outcome } from "./outcome.tsx";
import { refused } from "./state.ts";
import { Talk } from "./talk.tsx";
import { othersWait } from "./waits.ts";
import { WhatRuns } from "./what-runs.tsx";

export function Card({ shown }: { readonly shown: Shown }) {
  const { escalation, waits } = shown;
  const { id, call, status, unapprovable, original } = escalation;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the list stands above the card, the card would be out of sight.
    card.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const size = measure(call);
  const tooLarge = size.tooLarge || (original !== null && measure(original.call).tooLarge);
  const problem = refused.value;
  return (
    <article class="panel card" ref={card} aria-labelledby="card-title">
      <Headline escalation={escalation} waits={waits} />
      <Links links={escalation.links} />
      {original !== null && (
        <p class="notice bad">
          A reviewer has edited this call. What would run stands first, and what the agent proposed beside it.
        </p>
      )}
      {size.hidden > 0 && (
        <p class="notice bad">
          This call holds {size.hidden} hidden {size.hidden === 1 ? "character" : "characters"}, shown as{" "}
          <span class="hidden-character">‹U+…›</span>. Read it with care.
        </p>
      )}
      <WhyHeld decision={escalation.decision} />
      {tooLarge ? (
        <p class="notice bad">
          This call is too large to be read on one page, so it cannot be approved here. It can be rejected.
        </p>
      ) : (
        <WhatRuns escalation={escalation} />
      )}
      <p class="call-digest">
        Digest of this call <code class="digest">{escalation.digest}</code>
      </p>
      <Talk escalation={escalation} />
      <AgentWords reason={call.reason} confidence={call.confidence} />
      {status === "pending" && unapprovable !== null && (
        <p class="notice bad">This call can only be rejected here: {unapprovable}.</p>
      )}
      {problem?.id === id && (
        <p class="notice bad" role="alert">
          <VisibleText text={problem.message} />
        </p>
      )}
      {status === "pending" ? (
        <Decide
          id={id}
          digest={escalation.digest}
          tool={call.tool}
          approvable={!tooLarge && unapprovable === null}
          confirm={escalation.decision.review?.confirm ?? []}
        />
      ) : (
        <Outcome shown={shown} />
      )}
    </article>
  );
}

function Headline({ escalation, waits }: { readonly escalation: Queued; readonly waits: Waits | null }) {
  const { call, status, openedAtMs, expiresAtMs } = escalation;
  return (
    <header>
      <h2 id="card-title">
        <VisibleText text={call.tool} />
      </h2>
      <StatusChip status={status} grant={escalation.grant} />
      <p class="quiet">
        held since <Time ms={openedAtMs} />
        {status === "pending" && (
          <>
            , can be approved until <Time ms={expiresAtMs} />
          </>
        )}
        {waits !== null && waits.batch !== null && `, in a batch of which ${othersWait(waits.batch)}`}
      </p>
    </header>
  );
}

function WhyHeld({ decision }: { readonly decision: Decision }) {
  const { action, rule, reason, policy } = decision;
  return (
    <>
      <h3>Why it was held</h3>
      <dl class="facts">
        <dt>Action</dt>
        <dd>
          <ActionChip action={action} />
        </dd>
        <dt>Rule</dt>
        <dd>{rule === null ? "none matched, so the default applies" : <VisibleText text={rule} />}</dd>
        {reason !== null && (
          <>
            <dt>Reason</dt>
            <dd>
              <VisibleText text={reason} />
            </dd>
          </>
        )}
        <ProtectionFacts decision={decision} />
        <dt>Policy</dt>
        <dd>{policy === null ? "none had a say" : <ShortDigest digest={policy} />}</dd>
      </dl>
    </>
  );
}
