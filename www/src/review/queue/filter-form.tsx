/** Which calls are listed: what is found by text, and what is folded until somebody wants more. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ListPart } from "../../engine/review/api.ts";
import { fetched } from "../../ui/fetched.tsx";
import { changeFilters, filters, START } from "../state.ts";

const TYPED_AFTER_MS = 200;

const { Part: FilterFields } = fetched(async () => (await import("./filter-fields.tsx")).FilterFields);

export function FilterForm({ list }: { readonly list: ListPart }) {
  const [isOpen, setOpen] = useState(false);
  const { status, risk, tool, agent, sort } = filters.value;
  const isFiltered =
    filters.value.text !== "" || status !== START.status || risk !== "any" || tool !== "" || agent !== "";
  return (
    <search class="filters" aria-label="Calls">
      <TextFilter />
      <details open={isOpen || isFiltered} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Filter and sort{isFiltered && " (filtered)"}</summary>
        {(isOpen || isFiltered) && <FilterFields list={list} />}
        {isFiltered && (
          <button type="button" onClick={() => changeFilters({ ...START, sort })}>
            Clear the filters
          </button>
        )}
      </details>
    </search>
  );
}

function TextFilter() {
  const [typed, setTyped] = useState(filters.value.text);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const { text } = filters.value;
  useEffect(() => setTyped(text), [text]);
  return (
    <div class="field">
      <label for="queue-text">Find</label>
      <input
        id="queue-text"
        type="search"
        autocomplete="off"
        placeholder="tool, argument, agent, id"
        value={typed}
        onInput={(event) => {
          const { value } = event.currentTarget;
          setTyped(value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => changeFilters({ text: value.trim() }), TYPED_AFTER_MS);
        }}
      />
    </div>
  );
}
