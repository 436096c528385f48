/** The arguments of a tool of the catalogue, as fields of their types. Any of them can be written as JSON instead. */

import type { ToolField } from "countersign";
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { VisibleText } from "../text/visible-text.tsx";
import { useFocusAfter } from "../ui/focus-after.ts";
import { ArgumentRows } from "./argument-rows.tsx";
import { type ArgumentRow, entriesOf, itemsOf, jsonProblem, parsed, startOf, textOf, type Written } from "./draft.ts";
import { hintOf, nameOf } from "./field-hint.ts";
import { tried } from "./state.ts";

interface FieldsProps {
  readonly title: string;
  readonly fields: readonly ToolField[];
  readonly rows: readonly ArgumentRow[];
  readonly onChange: (rows: readonly ArgumentRow[]) => void;
}

/** A map with the keys that a schema lists, and those that somebody adds. */
export function ToolFields({ title, fields, rows, onChange }: FieldsProps) {
  const valueAt = (key: string) => rows.find((row) => row.key === key)?.value ?? null;
  const put = (key: string, value: Written | null) => {
    const others = rows.filter((row) => row.key !== key);
    const order = fields.map((field) => field.key);
    const place = (row: ArgumentRow) => (order.indexOf(row.key) + order.length + 1) % (order.length + 1);
    onChange(value === null ? others : [...others, { key, value }].sort((a, b) => place(a) - place(b)));
  };
  const others = rows.filter((row) => !fields.some((field) => field.key === row.key));
  return (
    <fieldset class="arguments">
      <legend>{title}</legend>
      {fields.length === 0 && <p class="quiet">The catalogue lists none.</p>}
      {fields.map((field) => (
        <Field key={field.key} field={field} value={valueAt(field.key)} onChange={(value) => put(field.key, value)} />
      ))}
      <details open={others.length > 0}>
        <summary>Keys that are not listed {others.length > 0 && <span class="count">{others.length}</span>}</summary>
        <ArgumentRows
          rows={others}
          title="Not in the catalogue"
          onChange={(next) => onChange([...rows.filter((row) => !others.includes(row)), ...next])}
        />
      </details>
    </fieldset>
  );
}

interface FieldProps {
  readonly field: ToolField;
  /** `null` if it is left out. */
  readonly value: Written | null;
  readonly onChange: (value: Written | null) => void;
}

function Field({ field, value, onChange }: FieldProps) {
  const [asJson, setAsJson] = useState(false);
  const id = useId();
  const focus = useFocusAfter<HTMLDivElement>();
  if (value === null) {
    const set = () => {
      focus.next(":is(input, select, textarea)", "button");
      onChange(startOf(field));
    };
    return (
      <div class="tool-field absent" ref={focus.within}>
        <Name field={field} id={null} />
        <button type="button" aria-label={`Set ${nameOf(field)}`} onClick={set}>
          Set
        </button>
      </div>
    );
  }
  const fits = asJson || field.kind === "json" ? false : isWrittenFor(field, value);
  const leaveOut = () => {
    focus.next(":scope.absent > button");
    onChange(null);
  };
  return (
    <div class="tool-field" ref={focus.within}>
      <Name field={field} id={fits && (field.kind === "list" || field.kind === "map") ? null : id} />
      {fits ? (
        <Control field={field} id={id} value={value} onChange={onChange} />
      ) : (
        <JsonControl id={id} value={value} onChange={onChange} />
      )}
      <p class="field-ways">
        {field.kind !== "json" && (
          <button
            type="button"
            class="link"
            aria-pressed={!fits}
            aria-label={`${nameOf(field)} as JSON`}
            disabled={!fits && !asJson}
            onClick={() => setAsJson(!asJson)}
          >
            {fits ? "Write JSON" : "Back to the field"}
          </button>
        )}
        {field.key !== "" && (
          <button type="button" class="link" aria-label={`Leave out ${nameOf(field)}`} onClick={leaveOut}>
            Leave out
          </button>
        )}
      </p>
    </div>
  );
}

/** The name and what the catalogue says of it: words of the tool's author. */
function Name({ field, id }: { readonly field: ToolField; readonly id: string | null }) {
  const name: ComponentChildren = (
    <>
      <VisibleText text={nameOf(field)} />{" "}
      {field.required && field.key !== "" && <span class="required">required</span>}
    </>
  );
  return (
    <div class="tool-field-name">
      {id === null ? <span class="label">{name}</span> : <label for={id}>{name}</label>}
      <span class="hint">
        {hintOf(field)}
        {field.description !== null && (
          <>
            {": "}
            <VisibleText text={field.description} />
          </>
        )}
      </span>
    </div>
  );
}

/** Whether the control for `field` can show `value`. */
function isWrittenFor(field: ToolField, value: Written): boolean {
  switch (field.kind) {
    case "list":
      return itemsOf(value) !== null;
    case "map":
      return entriesOf(value) !== null;
    case "text":
      return typeof value === "string" && typeof parsed(value) === "string";
    case "boolean":
      return value === "true" || value === "false";
    case "choice":
      return field.choices.some((choice) => JSON.stringify(choice) === value);
    case "number":
      // What is no number yet is being typed.
      return typeof value === "string" && !/^[\s"[{tfn]/.test(value);
    case "json":
      return false;
  }
}

interface ControlProps {
  readonly field: ToolField;
  readonly id: string;
  readonly value: Written;
  readonly onChange: (value: Written) => void;
}

function Control({ field, id, value, onChange }: ControlProps) {
  switch (field.kind) {
    case "text":
      return <TextControl id={id} value={String(parsed(textOf(value)))} onChange={onChange} />;
    case "number":
      return <JsonControl id={id} value={value} onChange={onChange} isNumber />;
    case "boolean":
      return (
        <select id={id} value={textOf(value)} onChange={(event) => onChange(event.currentTarget.value)}>
          <option>true</option>
          <option>false</option>
        </select>
      );
    case "choice":
      return (
        <select id={id} value={textOf(value)} onChange={(event) => onChange(event.currentTarget.value)}>
          {field.choices.map((choice) => (
            <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
              {typeof choice === "string" ? choice : JSON.stringify(choice)}
            </option>
          ))}
        </select>
      );
    case "list":
      return <ListControl name={nameOf(field)} item={field.item} items={itemsOf(value) ?? []} onChange={onChange} />;
    case "map":
      return (
        <ToolFields
          title={`Parts of ${nameOf(field)}`}
          fields={field.fields}
          rows={entriesOf(value) ?? []}
          onChange={(rows) => onChange({ rows })}
        />
      );
    case "json":
      return null;
  }
}

/** From this many characters on, text has room for several lines. */
const LONG_TEXT = 60;

function TextControl({ id, value, onChange }: Omit<ControlProps, "field" | "value"> & { readonly value: string }) {
  const isLong = value.length > LONG_TEXT || value.includes("\n");
  const put = (text: string) => onChange(JSON.stringify(text));
  return isLong ? (
    <textarea id={id} rows={3} value={value} onInput={(event) => put(event.currentTarget.value)} />
  ) : (
    <input
      id={id}
      autocomplete="off"
      spellcheck={false}
      value={value}
      onInput={(event) => put(event.currentTarget.value)}
    />
  );
}

function JsonControl({
  id,
  value,
  onChange,
  isNumber = false,
}: Omit<ControlProps, "field"> & { readonly isNumber?: boolean }) {
  const text = textOf(value);
  const problem = text === "" && !tried.value ? null : jsonProblem(value);
  const told = problem !== null && isNumber && text !== "" ? "This is not a number." : problem;
  return (
    <>
      <input
        id={id}
        class="mono"
        autocomplete="off"
        spellcheck={false}
        inputMode={isNumber ? "decimal" : undefined}
        value={text}
        aria-invalid={told !== null}
        aria-describedby={told === null ? undefined : `${id}-problem`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {told !== null && (
        <p id={`${id}-problem`} class="field-problem">
          {told}{" "}
          {!isNumber && text.trim() !== "" && (
            <button type="button" class="link" onClick={() => onChange(JSON.stringify(text))}>
              Take it as text
            </button>
          )}
        </p>
      )}
    </>
  );
}

interface ListProps {
  readonly name: string;
  readonly item: ToolField;
  readonly items: readonly Written[];
  readonly onChange: (value: Written) => void;
}

function ListControl({ name, item, items, onChange }: ListProps) {
  const put = (next: readonly Written[]) => onChange({ items: next });
  const focus = useFocusAfter<HTMLDivElement>();
  const leaveOut = (at: number) => {
    // To the item that takes its place, or else to the last, or else to where one is added.
    const place = `:scope > .list-item:nth-of-type(${Math.min(at, items.length - 2) + 1})`;
    focus.next(`${place} :is(input, select, textarea)`, `${place} button`, ":scope > button");
    put(items.toSpliced(at, 1));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: it has a name already, which a legend would repeat
    <div class="list-control" role="group" aria-label={name} ref={focus.within}>
      {items.map((value, at) => (
        <div key={at} class="list-item">
          <Field
            field={{ ...item, key: `item ${at + 1}`, required: false }}
            value={value}
            onChange={(next) => (next === null ? leaveOut(at) : put(items.with(at, next)))}
          />
        </div>
      ))}
      <button type="button" aria-label={`Add an item to ${name}`} onClick={() => put([...items, startOf(item)])}>
        Add an item
      </button>
    </div>
  );
}
