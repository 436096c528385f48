/** Which calls are listed, and in which order. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Filters, ListPart, Sort } from "../../engine/review/api.ts";
import { changeFilters, filters, START } from "../state.ts";

const TYPED_AFTER_MS = 200;

const SORTS: readonly (readonly [Sort, string])[] = [
  ["expiry", "Soonest to expire"],
  ["risk", "Highest risk"],
  ["oldest", "Oldest"],
  ["newest", "Newest"],
];

const STATUSES: readonly (readonly [Filters["status"], string])[] = [
  ["pending", "Pending"],
  ["closed", "Closed, in any way"],
  ["approved", "Approved"],
  ["rejected", "Rejected"],
  ["expired", "Expired"],
  ["withdrawn", "Withdrawn"],
  ["any", "Any"],
];

const RISKS: readonly (readonly [Filters["risk"], string])[] = [
  ["any", "Any"],
  ["critical", "Critical"],
  ["high", "High"],
  ["medium", "Medium"],
  ["low", "Low"],
  ["none", "Not written"],
];

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
        <div class="filter-fields">
          <Choice label="Sort" value={sort} options={SORTS} onChange={(value) => changeFilters({ sort: value })} />
          <Choice
            label="Status"
            value={status}
            options={STATUSES}
            onChange={(value) => changeFilters({ status: value })}
          />
          <Choice label="Risk" value={risk} options={RISKS} onChange={(value) => changeFilters({ risk: value })} />
          <Choice
            label="Tool"
            value={tool}
            options={named(list.tools)}
            onChange={(value) => changeFilters({ tool: value })}
          />
          <Choice
            label="Agent"
            value={agent}
            options={named(list.agents)}
            onChange={(value) => changeFilters({ agent: value })}
          />
        </div>
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

function named(names: readonly string[]): readonly (readonly [string, string])[] {
  return [["", "Any"], ...names.map((name) => [name, name] as const)];
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = `filter-${label.toLowerCase()}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
