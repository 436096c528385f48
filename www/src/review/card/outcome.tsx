/** How it ended: the answer, the grant, and what became of the call. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Shown } from "../../engine/review/api.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { StatusChip } from "../../ui/status-chip.tsx";
import { Time } from "../../ui/time.tsx";
import { Undo } from "../answer/undo.tsx";
import { NextCall } from "../next-call.tsx";
import { answeredHere } from "../state.ts";
import { Person } from "./talk.tsx";
import { othersWait } from "./waits.ts";

interface Props {
  readonly shown: Shown;
  /** Whether it waited when the card was opened. */
  readonly wasPending: boolean;
}

export function Outcome({ shown, wasPending }: Props) {
  const { id, status, reviews, grant, run, closedAtMs, closingNote } = shown.escalation;
  const title = useRef<HTMLHeadingElement>(null);
  const isAnsweredHere = wasPending && answeredHere.value.has(id);
  useLayoutEffect(() => {
    // After an answer the pressed button is gone, and the focus with it.
    if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="outcome" aria-labelledby="outcome-title">
      <h3 id="outcome-title" ref={title} tabIndex={-1}>
        Outcome
      </h3>
      {wasPending && !isAnsweredHere && (
        <p class="notice bad" role="alert">
          This call was closed elsewhere while you had it open. It takes no answer any more.
        </p>
      )}
      <p role="status">
        <StatusChip status={status} grant={grant} /> {closedAtMs !== null && <Time ms={closedAtMs} />}
      </p>
      {reviews.map(({ by, verified, verdict, note, atMs, counts, shownMs }) => (
        <p key={atMs}>
          {verdict === "approve" ? "Approved" : "Rejected"} by <Person by={by} verified={verified} />,{" "}
          <Time ms={atMs} />
          {!counts && ", which did not count"}
          {note !== null && (
            <>
              <br />
              Note: <VisibleText text={note} form="string" />
            </>
          )}
          {verdict === "approve" && shownMs !== null && shownMs < shown.card.readingFloorMs && (
            <>
              <br />
              <span class="too-fast">
                Answered after {seconds(shownMs)}; reading its {shown.card.words} words takes{" "}
                {seconds(shown.card.readingFloorMs)} at least.
                {verdict === "approve" && " Such an approval is no evidence for relaxing a rule."}
              </span>
            </>
          )}
        </p>
      ))}
      {closingNote !== null && (
        <p>
          Closed with the words <VisibleText text={closingNote} form="string" />
        </p>
      )}
      {run === null && grant?.state === "waiting" && <Undo id={id} notBeforeMs={grant.notBeforeMs} />}
      <p>{whatBecame(shown)}</p>
      {run !== null && (
        <p class="quiet">
          Let run at <Time ms={run.atMs} />
          {run.note !== null && (
            <>
              : <VisibleText text={run.note} form="string" />
            </>
          )}
        </p>
      )}
      {!shown.isGuarded && <p class="quiet">No guard holds this call, so nothing runs it.</p>}
      {status !== "pending" && <NextCall id={id} focus={isAnsweredHere} />}
    </section>
  );
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function whatBecame({ escalation: { status, grant, run }, waits, isGuarded }: Shown): string {
  if (run !== null) {
    if (run.outcome === "ran") return "The call ran.";
    if (run.outcome === "failed") return "The call was let run, and failed.";
    return "The call was let run, and nobody knows what became of it.";
  }
  if (status === "expired") return "Nobody answered in time; the call did not run.";
  if (status === "withdrawn") return "The agent took the call back; it did not run.";
  if (status === "rejected") return "The call does not run.";
  if (grant?.state === "revoked") return "The approval was undone; the call does not run.";
  if (grant?.state === "expired") return "The approval was not used in time; the call does not run.";
  // What no guard holds runs nowhere, which is said below.
  if (!isGuarded) return "";
  if (waits?.paused) return "It does not run yet: its agent is paused.";
  if (waits !== null && waits.batch !== null && waits.batch > 0) {
    return `It does not run yet: ${othersWait(waits.batch)} in its batch.`;
  }
  return grant?.state === "ready" ? "It runs as soon as its guard comes for it." : "";
}
