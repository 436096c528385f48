/** Changes to what the policy lets reviewers change. Every value keeps its type. */

import type { CardRow } from "countersign";
import { useState } from "preact/hooks";
import type { Shown } from "../../engine/review/api.ts";
import { valueAt, withChanges } from "../../engine/review/field.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { Masked } from "../card/rows.tsx";
import { revealed } from "../card/view.ts";
import { Written } from "../card/written.tsx";
import { DeliberateButton } from "./deliberate-button.tsx";
import { editableRows } from "./editable.ts";

interface Props {
  readonly shown: Shown;
  readonly answering: boolean;
  readonly onBack: () => void;
  readonly onEdit: (args: Readonly<Record<string, unknown>>) => void;
}

/** What was typed, by field. */
type Typed = Readonly<Record<string, string>>;

export function EditStep({ shown, answering, onBack, onEdit }: Props) {
  const [typed, setTyped] = useState<Typed>({});
  const { call } = shown.escalation;
  const rows = editableRows(shown);
  const problems = rows.filter((row) => Object.hasOwn(typed, row.field) && parsed(row, typed[row.field]) === undefined);
  const changes = changesOf(rows, typed, call);
  const isReady = changes.size > 0 && problems.length === 0;
  return (
    <div class="step edit-step">
      <p>
        What you change is decided afresh under the policies below, needs an approval of its own, and is kept beside
        what the agent proposed.
      </p>
      <p class="quiet">
        Decided by: <VisibleText text={namesOf(shown)} />
      </p>
      {rows.map((row, at) => (
        <EditField
          key={row.field}
          row={row}
          hasSecret={row.masked || row.flags.some((flag) => shown.card.flags[flag]?.code === "secret")}
          at={at}
          text={typed[row.field] ?? textOf(valueAt(call, row.field))}
          isWrong={problems.includes(row)}
          onText={(text) => setTyped({ ...typed, [row.field]: text })}
        />
      ))}
      <div class="answers">
        <DeliberateButton armed={!answering} onPress={onBack}>
          Back
        </DeliberateButton>
        <DeliberateButton
          armed={isReady && !answering}
          class="primary"
          onPress={() => {
            const { args = {} } = withChanges(call, changes) as { readonly args?: Record<string, unknown> };
            onEdit(args);
          }}
        >
          Decide the changed call
        </DeliberateButton>
      </div>
      <p class="quiet" role="status">
        {changes.size === 0 ? "Nothing is changed yet." : `${changes.size} changed.`}
      </p>
    </div>
  );
}

function namesOf({ editedUnder }: Shown): string {
  return (editedUnder ?? []).map((name) => name ?? "a policy without a name").join(", ");
}

interface FieldProps {
  readonly row: CardRow;
  readonly at: number;
  readonly text: string;
  readonly isWrong: boolean;
  readonly onText: (text: string) => void;
}

/** What stands masked on the card, as a whole or in part, stands masked here. */
function EditField({ hasSecret, ...props }: FieldProps & { readonly hasSecret: boolean }) {
  const { row } = props;
  if (!hasSecret || revealed.value.includes(row.field)) return <OpenField {...props} />;
  return (
    <div class="field">
      <p>
        <code>
          <VisibleText text={row.field} />
        </code>{" "}
        <Masked row={row} />
      </p>
    </div>
  );
}

function OpenField({ row, at, text, isWrong, onText }: FieldProps) {
  const id = `edit-${at}`;
  const problem = `${id}-problem`;
  const describedBy = isWrong ? problem : undefined;
  return (
    <div class="field">
      <label for={id}>
        <code>
          <VisibleText text={row.field} />
        </code>{" "}
        <span class="hint">{row.type}</span>
      </label>
      {row.type === "boolean" && (
        <select id={id} value={text} onChange={(event) => onText(event.currentTarget.value)}>
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      )}
      {row.type === "number" && (
        <input
          id={id}
          type="text"
          inputMode="decimal"
          class="mono"
          autocomplete="off"
          value={text}
          aria-invalid={isWrong}
          aria-describedby={describedBy}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
      {row.type === "string" && (
        <textarea
          id={id}
          class="mono"
          rows={Math.min(8, text.split("\n").length + 1)}
          spellcheck={false}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
      {isWrong && (
        <p id={problem} class="field-problem">
          This must be a number, as it is in the call: such as 40 or 1.5
        </p>
      )}
      <p class="quiet">
        The agent’s: <Written text={row.value} />
      </p>
    </div>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : String(value);
}

/** What `text` is as a value of the row's type; `undefined` if it is none. */
function parsed({ type }: CardRow, text: string | undefined): string | number | boolean | undefined {
  if (text === undefined || type === "string") return text;
  if (type === "boolean") return text === "true";
  if (!/^\s*-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function changesOf(rows: readonly CardRow[], typed: Typed, call: object): ReadonlyMap<string, unknown> {
  const changes = new Map<string, unknown>();
  for (const row of rows) {
    if (!Object.hasOwn(typed, row.field)) continue;
    const value = parsed(row, typed[row.field]);
    const before = valueAt(call, row.field);
    if (value !== undefined && value !== before && typeof value === typeof before) changes.set(row.field, value);
  }
  return changes;
}
