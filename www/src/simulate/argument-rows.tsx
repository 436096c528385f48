/** The arguments of a call, one a row: a name and a JSON value. */

import { useFocusAfter } from "../ui/focus-after.ts";
import { type ArgumentRow, jsonProblem, textOf } from "./draft.ts";
import { JsonField } from "./json-field.tsx";
import { tried } from "./state.ts";

interface Props {
  readonly rows: readonly ArgumentRow[];
  /** What they are called; other arguments may stand above them. */
  readonly title?: string;
  readonly onChange: (rows: readonly ArgumentRow[]) => void;
}

export function ArgumentRows({ rows, title = "Arguments", onChange }: Props) {
  const focus = useFocusAfter<HTMLFieldSetElement>();
  const remove = (at: number) => {
    // To the row that takes its place, or else to the last, or else to where one is added.
    const last = rows.length - 2;
    focus.next(`.argument-row:nth-of-type(${Math.min(at, last) + 1}) input`, ":scope > button");
    onChange(rows.filter((_, index) => index !== at));
  };
  const replace = (at: number, part: Partial<ArgumentRow>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  return (
    <fieldset class="arguments" ref={focus.within}>
      <legend>{title}</legend>
      {rows.length === 0 && <p class="quiet">none</p>}
      {rows.map((row, at) => (
        <div key={at} class="argument-row">
          <div class="field">
            <label for={`key-${at}`}>Name</label>
            <input
              id={`key-${at}`}
              class="mono"
              autocomplete="off"
              spellcheck={false}
              value={row.key}
              aria-invalid={keyProblem(rows, at) !== null}
              aria-describedby={keyProblem(rows, at) === null ? undefined : `key-${at}-problem`}
              onInput={(event) => replace(at, { key: event.currentTarget.value })}
            />
            {keyProblem(rows, at) !== null && (
              <p id={`key-${at}-problem`} class="field-problem">
                {keyProblem(rows, at)}
              </p>
            )}
          </div>
          <JsonField
            label="Value (JSON)"
            value={textOf(row.value)}
            problem={row.value === "" && !tried.value ? null : jsonProblem(row.value)}
            onChange={(value) => replace(at, { value })}
          />
          <button
            type="button"
            class="remove"
            aria-label={`Remove argument ${row.key || at + 1}`}
            onClick={() => remove(at)}
          >
            Remove
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...rows, { key: "", value: "" }])}>
        Add an argument
      </button>
    </fieldset>
  );
}

function keyProblem(rows: readonly ArgumentRow[], at: number): string | null {
  const key = rows[at]?.key ?? "";
  if (key === "") return tried.value ? "An argument needs a name." : null;
  if (key === "__proto__") return "A call must not have this key.";
  return rows.findIndex((row) => row.key === key) < at ? "This name stands above already." : null;
}
