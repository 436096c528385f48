/** Tells at once that a call was a check card, and how it went. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Recorded } from "../engine/review/api.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";

interface Props {
  readonly checked: Extract<Recorded, { readonly check: unknown }>;
}

export function CheckResult({ checked: { check, verdict } }: Props) {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    title.current?.focus();
  }, []);
  return (
    <section class={check.caught ? "panel check-result caught" : "panel check-result missed"} aria-live="polite">
      <h2 ref={title} tabIndex={-1}>
        This was a check card: {check.caught ? "you caught it" : "you missed it"}
      </h2>
      <p>
        No agent proposed this call, and nothing ran or could run. Planted in{" "}
        <code>
          <VisibleText text={check.field} />
        </code>
        : <VisibleText text={check.hazard} />.
      </p>
      <p>
        You {verdict === "approve" ? "approved" : "stopped"} it.{" "}
        {check.caught
          ? "That is what reviewing is for."
          : "It happens to everybody; look at that place first in the next calls."}{" "}
        Check cards measure how many bad calls reviewers catch, together, and never rank people.
      </p>
      <p>
        <a href={hashOf("review")}>Go on reviewing</a>
      </p>
    </section>
  );
}
