/** The review view: the queue, and one call, or one batch, at a time. */

import { useEffect } from "preact/hooks";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { fetched } from "../ui/fetched.tsx";
import { Card } from "./card/card.tsx";
import { CheckResult } from "./check-result.tsx";
import { followKeys, isHelpOpen } from "./keys.ts";
import { NextCall } from "./next-call.tsx";
import { QueueList } from "./queue/queue-list.tsx";
import { checked, chosen, chosenBatch, hasChecks, shown, shownTrouble, trouble } from "./state.ts";
import { later, takeBreak, tired } from "./working-time.ts";

const { Part: BatchView } = fetched(async () => (await import("./batch/batch-view.tsx")).BatchView, {
  meanwhile: () => <a href={hashOf("review")}>Back to the queue</a>,
});

const { Part: KeysHelp } = fetched(async () => (await import("./keys-help.tsx")).KeysHelp);

export function ReviewView() {
  useEffect(followKeys, []);
  return (
    <>
      <div class="review-title">
        <h1>Review</h1>
        <button
          type="button"
          aria-expanded={isHelpOpen.value}
          onClick={() => {
            isHelpOpen.value = !isHelpOpen.value;
          }}
        >
          Keys <kbd>?</kbd>
        </button>
      </div>
      <AboutChecks />
      {isHelpOpen.value && <KeysHelp />}
      <TiredNotice />
      {trouble.value !== null && (
        <p class="notice bad" role="alert">
          The queue could not be read: <VisibleText text={trouble.value} />
        </p>
      )}
      {chosenBatch.value !== null ? (
        <BatchView key={chosenBatch.value} batchKey={chosenBatch.value} />
      ) : (
        <div class={chosen.value === null ? "review-columns" : "review-columns opened"}>
          {chosen.value !== null && (
            <p class="back-to-queue">
              <a href={hashOf("review")}>Back to the queue</a>
            </p>
          )}
          <QueueList />
          <Opened />
        </div>
      )}
    </>
  );
}

/** Who reviews knows that there are check cards, though not which they are. */
function AboutChecks() {
  if (hasChecks.value === null) return null;
  return (
    <p class="hint about-checks">
      {hasChecks.value
        ? "Now and then one of these cards is a check: made by this page from a real call, with one thing planted that a careful reader finds. No agent ever sees it. You are told at once how you did; nobody is ranked."
        : "There are no check cards."}
    </p>
  );
}

function Opened() {
  const card = shown.value;
  if (checked.value !== null) {
    return (
      <div>
        <CheckResult checked={checked.value} />
        <NextCall id={checked.value.id} focus={false} />
      </div>
    );
  }
  if (card !== null) {
    // The key makes a new card for another call: nothing that was typed, armed or begun carries over.
    return <Card key={`${card.escalation.id} ${card.escalation.digest}`} shown={card} />;
  }
  return (
    <section class="panel" aria-live="polite">
      {chosen.value === null && <p class="quiet">Choose a call to review it.</p>}
      {chosen.value !== null && shownTrouble.value !== null && (
        <p class="notice bad">
          This call cannot be shown: <VisibleText text={shownTrouble.value} />
        </p>
      )}
    </section>
  );
}

function TiredNotice() {
  const { minutes, answers } = tired.value;
  if (minutes === null && answers === null) return null;
  return (
    <div class="notice" role="status">
      {minutes !== null && (
        <p>You have reviewed for {minutes} minutes without a break. People miss more by now: take ten minutes off.</p>
      )}
      {answers !== null && (
        <p>
          You have answered {answers} calls within an hour. So many are rarely read; if they are alike, review them as a
          batch, or let somebody else go on.
        </p>
      )}
      <div class="toolbar">
        {minutes !== null && (
          <button type="button" onClick={takeBreak}>
            I have had a break
          </button>
        )}
        <button type="button" onClick={later}>
          Remind me in 15 minutes
        </button>
      </div>
    </div>
  );
}
