/** Choices of which calls are listed, and in which order. */

import type { Filters, ListPart, Sort } from "../../engine/review/api.ts";
import { changeFilters, filters } from "../state.ts";

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

export function FilterFields({ list }: { readonly list: ListPart }) {
  const { status, risk, tool, agent, sort } = filters.value;
  return (
    <div class="filter-fields">
      <Choice label="Sort" value={sort} options={SORTS} onChange={(value) => changeFilters({ sort: value })} />
      <Choice label="Status" value={status} options={STATUSES} onChange={(value) => changeFilters({ status: value })} />
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
