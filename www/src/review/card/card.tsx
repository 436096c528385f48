/** One held call, as the reviewer sees it: what the engine presents, in its order, and the answer below. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Shown } from "../../engine/review/api.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { Decide } from "../answer/decide.tsx";
import { isRisky } from "../risk-chip.tsx";
import { claimSoon, refused, supersededId } from "../state.ts";
import { AgentWords } from "./agent-words.tsx";
import { Args, Known } from "./args.tsx";
import { Headline, Warnings } from "./headline.tsx";
import { Outcome } from "./outcome.tsx";
import { Part } from "./part.tsx";
import { createSeen, SeenContext } from "./seen.ts";
import { Talk } from "./talk.tsx";
import { resetView } from "./view.ts";
import { Consequence, Facts, Flags, Why } from "./why.tsx";

export function Card({ shown }: { readonly shown: Shown }) {
  const { escalation, card } = shown;
  const { id, digest, status } = escalation;
  const article = useRef<HTMLElement>(null);
  const seen = useMemo(() => {
    resetView();
    return createSeen();
  }, []);
  const wasPending = useRef(status === "pending");
  const isPending = status === "pending";
  useEffect(() => {
    if (article.current !== null) bringUp(article.current);
    return seen.stop;
  }, [seen]);
  useEffect(() => (isPending ? claimSoon(id) : undefined), [id, isPending]);
  const problem = refused.value;
  return (
    <SeenContext.Provider value={seen}>
      <article
        class={isRisky(card.headline.risk) ? `panel card risky ${card.headline.risk}` : "panel card"}
        ref={article}
        aria-labelledby="card-title"
      >
        {supersededId.value === id && (
          <p class="notice bad" role="alert">
            This call was changed while you had it open. Nothing that you have read or typed counts for it: read it
            anew.
          </p>
        )}
        <Headline shown={shown} />
        <Warnings shown={shown} />
        <Why shown={shown} />
        <Consequence card={card} />
        <Facts card={card} />
        <Flags card={card} />
        <Args card={card} escalation={escalation} />
        <Known card={card} />
        <Part>
          <p class="call-digest">
            Digest of this call <code class="digest">{digest}</code>
          </p>
        </Part>
        <Talk escalation={escalation} />
        <AgentWords agent={card.agent} />
        {isPending && card.unapprovable !== null && (
          <p class="notice bad">This call can only be rejected here: {card.unapprovable}.</p>
        )}
        {problem?.id === id && (
          <p class="notice bad" role="alert">
            <VisibleText text={problem.message} />
          </p>
        )}
        {isPending ? <Decide shown={shown} seen={seen} /> : <Outcome shown={shown} wasPending={wasPending.current} />}
      </article>
    </SeenContext.Provider>
  );
}

/** Reading begins at the top, wherever the page stood for the call before. */
function bringUp(article: HTMLElement): void {
  const { top, height } = article.getBoundingClientRect();
  const fits = height <= window.innerHeight;
  const isTopShown = top >= 0 && top < window.innerHeight / 2;
  if (fits || !isTopShown) article.scrollIntoView({ block: fits ? "nearest" : "start" });
}
