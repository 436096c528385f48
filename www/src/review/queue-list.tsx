/** The list of escalations: pending first, then closed, the newest first within. */

import type { Queued } from "../engine/review/api.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { StatusChip } from "../ui/status-chip.tsx";
import { Time } from "../ui/time.tsx";
import { arrived, chosen as chosenId, type Listed, listed, readMore, readQueue } from "./state.ts";

export function QueueList() {
  const list = listed.value;
  return (
    <section class="panel queue" aria-labelledby="queue-title">
      <h2 id="queue-title">Queue</h2>
      {arrived.value > 0 && (
        <p role="status">
          <button type="button" class="primary" onClick={readQueue}>
            Show {arrived.value} new
          </button>
        </p>
      )}
      {list === null && <p class="quiet">Reading the queue…</p>}
      {list?.items.length === 0 && (
        <p class="quiet">
          No call waits here. In <a href={hashOf("simulate")}>Simulate</a>, a call that escalates can be put in the
          queue.
        </p>
      )}
      <ul>{list !== null && rowsOf(list).map((items) => <Item key={items[0]?.id} items={items} />)}</ul>
      {list?.next != null && (
        <button type="button" onClick={readMore}>
          Show more
        </button>
      )}
      {list?.damaged.map((each) => (
        <p key={each.id} class="notice bad">
          The record <code>{each.id}</code> is damaged and cannot be reviewed: <VisibleText text={each.message} />
        </p>
      ))}
    </section>
  );
}

/** Identical calls that waited when the list was read stand in one line; each needs an answer of its own. */
function rowsOf({ items, wasPending }: Listed): readonly (readonly Queued[])[] {
  const rows = new Map<string, Queued[]>();
  for (const item of items) {
    const key = wasPending.has(item.id) ? item.digest : item.id;
    rows.set(key, [...(rows.get(key) ?? []), item]);
  }
  return [...rows.values()];
}

function Item({ items }: { readonly items: readonly Queued[] }) {
  const pending = items.filter(({ status }) => status === "pending");
  const chosen = items.find(({ id }) => id === chosenId.value);
  const item = pending[0] ?? chosen ?? items[0];
  if (item === undefined) return null;
  return (
    <li>
      <a href={hashOf("review", item.id)} aria-current={chosen !== undefined ? "true" : undefined}>
        <span class="tool">
          <VisibleText text={item.call.tool} />
          {pending.length > 1 && <span class="times"> ×{pending.length}</span>}
        </span>
        <StatusChip status={item.status} grant={item.grant} />
        <Time ms={item.openedAtMs} />
      </a>
    </li>
  );
}
