/** The answer that was given, and when. */

import { useEffect, useRef } from "preact/hooks";
import type { Queued } from "../engine/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { StatusChip } from "../ui/status-chip.tsx";
import { Time } from "../ui/time.tsx";

export function Outcome({ escalation }: { readonly escalation: Queued }) {
  const { status, review } = escalation;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // After an answer the pressed button is gone, and the focus with it.
    if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="outcome" aria-labelledby="outcome-title">
      <h3 id="outcome-title" ref={title} tabIndex={-1}>
        Outcome
      </h3>
      <p role="status">
        <StatusChip status={status} /> {review !== null && <Time ms={review.atMs} />}
      </p>
      {review !== null && review.note !== null && (
        <p>
          Note: <VisibleText text={review.note} form="string" />
        </p>
      )}
    </section>
  );
}
