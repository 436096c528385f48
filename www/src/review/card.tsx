/**
 * One held call, as the reviewer sees it.
 *
 * The headline, the rule and the arguments come from the engine; what the agent says about itself stands last and is marked as such.
 */

import { useEffect, useRef } from "preact/hooks";
import type { Queued } from "../engine/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { ProtectionFacts } from "../ui/protection-facts.tsx";
import { ShortDigest } from "../ui/short-digest.tsx";
import { StatusChip } from "../ui/status-chip.tsx";
import { Time } from "../ui/time.tsx";
import { AgentWords } from "./agent-words.tsx";
import { CallTree } from "./call-tree.tsx";
import { Decide } from "./decide.tsx";
import { Links } from "./links.tsx";
import { measure } from "./measure.ts";
import { Outcome } from "./outcome.tsx";
import { refused } from "./state.ts";
import { Talk } from "./talk.tsx";

export function Card({ escalation }: { readonly escalation: Queued }) {
  const { id, call, decision, digest, status, openedAtMs, expiresAtMs, unapprovable } = escalation;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the list stands above the card, the card would be out of sight.
    card.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const { args = {}, agent, user, session, context } = call;
  const known = Object.fromEntries(
    Object.entries({ agent, user, session, context }).filter(([, value]) => value !== undefined),
  );
  const size = measure(call);
  const problem = refused.value;
  return (
    <article class="panel card" ref={card} aria-labelledby="card-title">
      <header>
        <h2 id="card-title">
          <VisibleText text={call.tool} />
        </h2>
        <StatusChip status={status} />
        <p class="quiet">
          held since <Time ms={openedAtMs} />
          {status === "pending" && (
            <>
              , can be approved until <Time ms={expiresAtMs} />
            </>
          )}
        </p>
      </header>
      <Links links={escalation.links} />
      {size.hidden > 0 && (
        <p class="notice bad">
          This call holds {size.hidden} hidden {size.hidden === 1 ? "character" : "characters"}, shown as{" "}
          <span class="hidden-character">&lt;U+…&gt;</span>. Read it with care.
        </p>
      )}
      <h3>Why it was held</h3>
      <dl class="facts">
        <dt>Action</dt>
        <dd>
          <ActionChip action={decision.action} />
        </dd>
        <dt>Rule</dt>
        <dd>
          {decision.rule === null ? "none matched, so the default applies" : <VisibleText text={decision.rule} />}
        </dd>
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
        <dd>{decision.policy === null ? "none had a say" : <ShortDigest digest={decision.policy} />}</dd>
      </dl>
      <h3>Arguments</h3>
      {size.tooLarge ? (
        <p class="notice bad">
          This call is too large to be read on one page, so it cannot be approved here. It can be rejected.
        </p>
      ) : (
        <>
          {call.args === undefined ? <p class="quiet">The call has no args.</p> : <CallTree value={args} />}
          {Object.keys(known).length > 0 && (
            <>
              <h3>Known about the call</h3>
              <CallTree value={known} />
            </>
          )}
        </>
      )}
      <p class="call-digest">
        Digest of this call <code class="digest">{digest}</code>
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
          digest={digest}
          tool={call.tool}
          approvable={!size.tooLarge && unapprovable === null}
          confirm={decision.review?.confirm ?? []}
        />
      ) : (
        <Outcome escalation={escalation} />
      )}
    </article>
  );
}
