/** The history, the newest entry first, and a search through all of it. */

import type { Entry, EventType } from "countersign";
import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../engine/client.ts";
import type { HistoryRow } from "../engine/evidence/api.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { Time } from "../ui/time.tsx";
import { counted } from "./counted.ts";
import { found, look, search, searchTrouble, works } from "./state.ts";
import { WorkBar } from "./work-bar.tsx";

const TYPES: readonly EventType[] = [
  "open",
  "review",
  "edit",
  "ask",
  "answer",
  "claim",
  "expire",
  "withdraw",
  "consume",
  "outcome",
  "revoke",
  "decision",
  "policy",
  "pause",
];

export function HistoryPanel() {
  const [opened, setOpened] = useState<number | null>(null);
  const part = found.value;
  const isLooking = works.value.search !== undefined;
  return (
    <section class="panel" aria-labelledby="history-title">
      <h2 id="history-title">History {part !== null && <span class="count">{part.all.toLocaleString()}</span>}</h2>
      <SearchForm onSearch={() => setOpened(null)} />
      <WorkBar work="search" label="Looking through the history" />
      {searchTrouble.value !== null && (
        <p class="notice bad" role="alert">
          The history cannot be read: <VisibleText text={searchTrouble.value} />.
        </p>
      )}
      {part !== null && part.rows.length === 0 && !isLooking && (
        <p class="quiet" role="status">
          {part.all === 0 ? "The history is empty." : "No entry has that in it."}
        </p>
      )}
      {part !== null && part.rows.length > 0 && <Rows rows={part.rows} opened={opened} onOpen={setOpened} />}
      {part?.next != null && (
        <div class="toolbar">
          <button type="button" disabled={isLooking} onClick={() => look(true)}>
            Show older entries
          </button>
          <span class="quiet" role="status">
            {counted(part.rows.length, "entry", "entries")} shown
          </span>
        </div>
      )}
    </section>
  );
}

function SearchForm({ onSearch }: { readonly onSearch: () => void }) {
  const { text, type } = search.value;
  const submit = (event: Event) => {
    event.preventDefault();
    onSearch();
    void look();
  };
  return (
    <form class="toolbar" onSubmit={submit}>
      <label class="field-inline grow">
        Search
        <input
          type="search"
          value={text}
          placeholder="id, tool, reviewer, any text"
          onInput={(event) => {
            search.value = { ...search.value, text: event.currentTarget.value };
          }}
        />
      </label>
      <label class="field-inline">
        Type
        <select
          value={type ?? ""}
          onChange={(event) => {
            search.value = {
              ...search.value,
              type: TYPES.find((each) => each === event.currentTarget.value) ?? null,
            };
            onSearch();
            void look();
          }}
        >
          <option value="">all</option>
          {TYPES.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Search</button>
    </form>
  );
}

interface RowsProps {
  readonly rows: readonly HistoryRow[];
  readonly opened: number | null;
  readonly onOpen: (seq: number | null) => void;
}

function Rows({ rows, opened, onOpen }: RowsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="table-scroll" aria-label="Entries" tabIndex={0}>
      <table class="history">
        <thead>
          <tr>
            <th scope="col" class="number">
              Entry
            </th>
            <th scope="col">Time</th>
            <th scope="col">Type</th>
            <th scope="col">Escalation</th>
            <th scope="col">Tool</th>
            <th scope="col">By</th>
            <th scope="col">Says</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.seq} row={row} isOpen={opened === row.seq} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  readonly row: HistoryRow;
  readonly isOpen: boolean;
  readonly onOpen: (seq: number | null) => void;
}

function Row({ row, isOpen, onOpen }: RowProps) {
  const { seq, atMs, type, id, tool, by, says } = row;
  return (
    <>
      <tr class={isOpen ? "chosen" : undefined}>
        <td class="number">
          <button
            type="button"
            class="link"
            aria-expanded={isOpen}
            aria-label={`Entry ${seq}`}
            onClick={() => onOpen(isOpen ? null : seq)}
          >
            {seq.toLocaleString()}
          </button>
        </td>
        <td class="time">
          <Time ms={atMs} />
        </td>
        <td>
          <span class="chip">{type}</span>
        </td>
        <td class="name">{id !== null && <EscalationLink id={id} type={type} />}</td>
        <td class="name">{tool !== null && <VisibleText text={tool} />}</td>
        <td class="name">{by !== null && <VisibleText text={by} />}</td>
        <td class="says">
          <VisibleText text={says} />
        </td>
      </tr>
      {isOpen && <Whole seq={seq} />}
    </>
  );
}

function EscalationLink({ id, type }: { readonly id: string; readonly type: EventType }) {
  if (type === "pause") return <VisibleText text={id} />;
  return (
    <a href={hashOf("review", id)} aria-label={`Escalation ${id}`}>
      <VisibleText text={id.length > 12 ? `${id.slice(0, 8)}…` : id} />
    </a>
  );
}

/** All of an entry, as it stands in the history. */
function Whole({ seq }: { readonly seq: number }) {
  const [entry, setEntry] = useState<Entry | string | null>(null);
  useEffect(() => {
    ask((api) => api.historyEntry(seq))
      .then((answer) => setEntry(answer.ok ? answer.entry : answer.message))
      .catch(() => setEntry("the engine stopped"));
  }, [seq]);
  return (
    <tr class="whole">
      <td colSpan={7}>
        {entry === null ? (
          <span class="quiet">Reading…</span>
        ) : (
          <pre>
            {linesOf(entry).map((line, at) => (
              // The lines of one entry never change their order.
              <Fragment key={at}>
                <VisibleText text={line} />
                {"\n"}
              </Fragment>
            ))}
          </pre>
        )}
      </td>
    </tr>
  );
}

/** JSON has the line ends of texts as escapes, so these are ours. */
function linesOf(entry: Entry | string): readonly string[] {
  return typeof entry === "string" ? [entry] : JSON.stringify(entry, null, 2).split("\n");
}
