/** The list of escalations: pending first, then closed, the newest first within. */

import type { Queued } from "../engine/api.ts";
import { hashOf, route } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { StatusChip } from "../ui/status-chip.tsx";
import { Time } from "../ui/time.tsx";
import { arrived, listed, readMore, readQueue } from "./state.ts";

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
      <ul>
        {list?.items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
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

function Item({ item }: { readonly item: Queued }) {
  return (
    <li>
      <a href={hashOf("review", item.id)} aria-current={route.value.escalation === item.id ? "true" : undefined}>
        <span class="tool">
          <VisibleText text={item.call.tool} />
        </span>
        <StatusChip status={item.status} />
        <Time ms={item.openedAtMs} />
      </a>
    </li>
  );
}
