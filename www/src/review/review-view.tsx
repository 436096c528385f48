/** The review view: the queue, and one call at a time. */

import { VisibleText } from "../text/visible-text.tsx";
import { Card } from "./card.tsx";
import { QueueList } from "./queue-list.tsx";
import { chosen, shown, shownTrouble, trouble } from "./state.ts";

export function ReviewView() {
  const escalation = chosen.value;
  const card = shown.value;
  return (
    <>
      <h1>Review</h1>
      {trouble.value !== null && (
        <p class="notice bad" role="alert">
          The queue could not be read: <VisibleText text={trouble.value} />
        </p>
      )}
      <div class="review-columns">
        <QueueList />
        {/* The key makes a new card for another call: nothing that was typed, armed or begun carries over. */}
        {card !== null && <Card key={`${card.escalation.id} ${card.escalation.digest}`} shown={card} />}
        {card === null && (
          <section class="panel" aria-live="polite">
            {escalation === null && <p class="quiet">Choose a call to review it.</p>}
            {escalation !== null && shownTrouble.value !== null && (
              <p class="notice bad">
                This call cannot be shown: <VisibleText text={shownTrouble.value} />
              </p>
            )}
          </section>
        )}
      </div>
    </>
  );
}
