/** The list of calls, page by page: those that wait first, then the closed. It does not move until somebody asks. */

import { type Filters, LINES_PER_PART, type Line, type ListPart } from "../../engine/review/api.ts";
import { isDemo } from "../../place.ts";
import { hashOf } from "../../route.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { StatusChip } from "../../ui/status-chip.tsx";
import { Time } from "../../ui/time.tsx";
import { HeadlineText } from "../card/headline.tsx";
import { Written } from "../card/written.tsx";
import { nowMs } from "../clock.ts";
import { Countdown } from "../countdown.tsx";
import { RiskChip } from "../risk-chip.tsx";
import { changeFilters, chosen, filters, listed, readQueue, readSoFar, START, turnTo } from "../state.ts";
import { BatchLines } from "./batch-lines.tsx";
import { FilterForm } from "./filter-form.tsx";

export function QueueList() {
  const list = listed.value;
  return (
    <section class="panel queue" aria-labelledby="queue-title">
      <div class="queue-head">
        <h2 id="queue-title">Queue</h2>
        {list !== null && (
          <span class="count" title="calls that wait">
            {list.pending.toLocaleString("en")} waiting
          </span>
        )}
        <p role="status" class="arrived">
          {list !== null && list.arrived > 0 && (
            <button type="button" class="primary" onClick={readQueue}>
              Show {list.arrived} new
            </button>
          )}
        </p>
      </div>
      {list !== null && <FilterForm list={list} />}
      {list === null && (
        <p class="quiet">
          Reading the queue…{readSoFar.value > 0 && ` ${readSoFar.value.toLocaleString("en")} calls so far.`}
        </p>
      )}
      {list !== null && <BatchLines batches={list.batches} />}
      {list !== null && list.total === 0 && <Empty />}
      {list !== null && (
        <ul>
          {list.lines.map((line) => (
            <Item key={line.ids[0]} line={line} />
          ))}
        </ul>
      )}
      {list !== null && <Pages list={list} />}
      {list?.isReading && <p class="quiet">Closed calls are still being read.</p>}
      {list?.isCut && <p class="quiet">Older closed calls are in the history and not listed here.</p>}
      {list?.damaged.map((each) => (
        <p key={each.id} class="notice bad">
          The record <code>{each.id}</code> is damaged and cannot be reviewed: <VisibleText text={each.message} />
        </p>
      ))}
    </section>
  );
}

function Empty() {
  const { sort, ...others } = filters.value;
  if (Object.entries(others).some(([name, value]) => START[name as keyof Filters] !== value)) {
    return (
      <p class="quiet">
        No call is like that.{" "}
        <button type="button" class="link" onClick={() => changeFilters({ ...START, sort })}>
          Clear the filters
        </button>
      </p>
    );
  }
  if (isDemo) return <p class="quiet">No call waits here. Once the day has begun, the agent’s calls come here.</p>;
  return (
    <p class="quiet">
      No call waits here. In <a href={hashOf("simulate")}>Simulate</a>, a call that escalates can be put in the queue.{" "}
      <button type="button" class="link" onClick={() => changeFilters({ status: "closed" })}>
        Show closed calls
      </button>
    </p>
  );
}

function Item({ line }: { readonly line: Line }) {
  const { ids, id, pending, headline, status, grant, agent, openedAtMs, expiresAtMs, claim } = line;
  const isChosen = chosen.value !== null && ids.includes(chosen.value);
  const isRead = claim !== null && status === "pending" && claim.untilMs > nowMs.value;
  return (
    <li>
      <a href={hashOf("review", id)} aria-current={isChosen ? "true" : undefined} class={`line ${headline.risk ?? ""}`}>
        <span class="tool">
          <HeadlineText headline={headline} />
          {pending > 1 && <span class="times"> ×{pending}</span>}
        </span>
        <span class="line-facts">
          {status === "pending" ? <RiskChip risk={headline.risk} /> : null}
          <StatusChip status={status} grant={grant} />
          {status === "pending" ? <Countdown untilMs={expiresAtMs} /> : <Time ms={openedAtMs} />}
          <code class="line-tool">
            <Written text={headline.tool} />
          </code>
          {agent !== null && (
            <span class="agent">
              <VisibleText text={agent} />
            </span>
          )}
          {isRead && <span class="agent">somebody has it open</span>}
        </span>
      </a>
    </li>
  );
}

function Pages({ list: { from, total, lines } }: { readonly list: ListPart }) {
  if (total <= LINES_PER_PART) return null;
  const number = (count: number) => count.toLocaleString("en");
  return (
    <nav class="pages" aria-label="Pages of the queue">
      <button type="button" disabled={from === 0} onClick={() => turnTo(Math.max(0, from - LINES_PER_PART))}>
        Back
      </button>
      <span role="status">
        {number(from + 1)}–{number(from + lines.length)} of {number(total)}
      </span>
      <button type="button" disabled={from + LINES_PER_PART >= total} onClick={() => turnTo(from + LINES_PER_PART)}>
        Next
      </button>
    </nav>
  );
}
