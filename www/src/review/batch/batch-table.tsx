/** What differs, in columns, and a choice for each call. */

import type { Batch, CardRow } from "countersign";
import { useContext, useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { MemberResult, ShownBatch } from "../../engine/review/api.ts";
import { hashOf } from "../../route.ts";
import { SeenContext } from "../card/seen.ts";
import { plain, Written } from "../card/written.tsx";
import { aloneOf, type Choice, choose, opened, results } from "./state.ts";
import { UndoRow } from "./undo-row.tsx";

/** In windows of at most so many pixels calls never stand side by side. */
const NARROW = 768;

interface Props {
  readonly shown: ShownBatch;
  readonly gone: ReadonlySet<string>;
}

export function BatchTable({ shown, gone }: Props) {
  const { batch } = shown;
  const alone = aloneOf(shown);
  const table = useRef<HTMLTableElement>(null);
  useLayoutEffect(() => (table.current === null ? undefined : fitted(table.current)), [shown]);
  return (
    <div class="batch-place">
      <table class="batch-table" ref={table}>
        <thead>
          <tr>
            <th scope="col">Call</th>
            {batch.columns.map(({ field, key }) => (
              <th key={field} scope="col">
                <Written text={key} />
              </th>
            ))}
            <th scope="col">Your answer</th>
          </tr>
        </thead>
        <tbody>
          {batch.rows.map((row, at) => (
            <Call
              key={row.id}
              row={row}
              number={at + 1}
              columns={batch.columns}
              isAlone={alone.has(row.id)}
              isGone={gone.has(row.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Shows one call after the other where columns have no room beside each other, so that none stands off screen. */
function fitted(table: HTMLTableElement): () => void {
  const place = table.parentElement;
  let width = -1;
  const arrange = () => {
    if (place === null || place.clientWidth === width) return;
    width = place.clientWidth;
    table.classList.remove("stacked");
    const hasRoom = window.innerWidth > NARROW && table.offsetWidth <= place.clientWidth;
    table.classList.toggle("stacked", !hasRoom);
  };
  arrange();
  if (place === null) return () => undefined;
  const observer = new ResizeObserver(arrange);
  observer.observe(place);
  return () => observer.disconnect();
}

interface CallProps {
  readonly row: Batch["rows"][number];
  readonly number: number;
  readonly columns: Batch["columns"];
  readonly isAlone: boolean;
  readonly isGone: boolean;
}

function Call({ row: { id, cells }, number, columns, isAlone, isGone }: CallProps) {
  const line = useRef<HTMLTableRowElement>(null);
  const seen = useContext(SeenContext);
  useEffect(() => (line.current === null ? undefined : seen?.follow(line.current)), [seen]);
  const result = results.value?.find((each) => each.id === id);
  const choice = opened.value?.choices.get(id) ?? "leave";
  return (
    <tr ref={line} tabIndex={-1} class={isGone ? "gone" : choice}>
      <th scope="row" data-label="Call">
        <a href={hashOf("review", id)}>{number}</a>
      </th>
      {cells.map((cell, at) => (
        <td key={columns[at]?.field ?? at} data-label={plain(columns[at]?.key ?? [])}>
          {cell === null ? <span class="quiet">not there</span> : <Cell cell={cell} />}
        </td>
      ))}
      <td data-label="Your answer">
        {result !== undefined && <Result result={result} number={number} />}
        {result === undefined && isGone && <span class="quiet">answered or changed elsewhere</span>}
        {result === undefined && !isGone && <Choices id={id} number={number} choice={choice} isAlone={isAlone} />}
      </td>
    </tr>
  );
}

function Cell({ cell: { value, type, count, masked, flags } }: { readonly cell: CardRow }) {
  if (type === "list" || type === "map") {
    return (
      <span class="type">
        {type} of {count}
      </span>
    );
  }
  if (masked) return <span class="quiet">masked; look at it alone</span>;
  return (
    <span class={flags.length > 0 ? "value flagged" : "value"}>
      <Written text={value} />
    </span>
  );
}

const CHOICES: readonly (readonly [Choice, string])[] = [
  ["leave", "Leave"],
  ["reject", "Reject"],
  ["approve", "Approve"],
];

interface ChoicesProps {
  readonly id: string;
  readonly number: number;
  readonly choice: Choice;
  /** Its values have to be typed, or looked at. */
  readonly isAlone: boolean;
}

function Choices({ id, number, choice, isAlone }: ChoicesProps) {
  return (
    <fieldset class="call-choices">
      <legend class="visually-hidden">Answer to call {number}</legend>
      {CHOICES.filter(([value]) => value !== "approve" || !isAlone).map(([value, label]) => (
        <label key={value}>
          <input
            type="radio"
            name={`choice-${id}`}
            value={value}
            checked={choice === value}
            onChange={(event) => {
              if (event.isTrusted) void choose(id, value);
            }}
          />{" "}
          {label}
        </label>
      ))}
      {isAlone && <a href={hashOf("review", id)}>Approve it alone: values are to be typed or looked at</a>}
    </fieldset>
  );
}

interface ResultProps {
  readonly result: MemberResult;
  readonly number: number;
}

function Result({ result, number }: ResultProps) {
  const { id, verdict, failure, check, undoUntilMs } = result;
  if (check !== null) return <span class="chip">check card: {check.caught ? "you caught it" : "you missed it"}</span>;
  if (failure === null && undoUntilMs !== null) return <UndoRow id={id} number={number} untilMs={undoUntilMs} />;
  if (failure === null) {
    return (
      <span class={`chip ${verdict === "approve" ? "approved" : "rejected"}`}>
        {verdict === "approve" ? "approved" : "rejected"}
      </span>
    );
  }
  return <span class="field-problem">not recorded: {failure.message}</span>;
}
