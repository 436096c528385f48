/**
 * The call that somebody is writing, as a form or as JSON.
 *
 * Both are text until the engine reads them: the form is put together to JSON word for word, so nothing that was typed is lost or rounded.
 */

import { signal } from "@preact/signals";
import type { ToolField } from "countersign";

/** A part of a call beside its tool and arguments. */
export const PARTS = ["reason", "agent", "user", "session", "context", "confidence"] as const;
export type Part = (typeof PARTS)[number];

/** A value as it was written: JSON text, or a list or map of what was written. */
export type Written = string | { readonly items: readonly Written[] } | { readonly rows: readonly ArgumentRow[] };

/** One argument: its name and its value. */
export interface ArgumentRow {
  readonly key: string;
  readonly value: Written;
}

export interface FormDraft {
  readonly tool: string;
  readonly rows: readonly ArgumentRow[];
  /** Whose arguments these are: of the tools that were named here the last that is known. */
  readonly rowsOf: string;
  /** As JSON; empty means absent. */
  readonly parts: Readonly<Record<Part, string>>;
  /** Keys that calls do not have, as JSON, kept for the way back. */
  readonly others: readonly ArgumentRow[];
}

export const mode = signal<"form" | "json">("form");

const NO_PARTS: FormDraft["parts"] = { reason: "", agent: "", user: "", session: "", context: "", confidence: "" };

export const form = signal<FormDraft>({
  tool: "file.write",
  rows: [
    { key: "path", value: '"notes/today.md"' },
    { key: "text", value: '"Call the plumber"' },
  ],
  rowsOf: "file.write",
  parts: NO_PARTS,
  others: [],
});

export const json = signal("");

/** What the engine is given. */
export function callText(): string {
  return mode.value === "form" ? formText(form.value) : json.value;
}

/** The form as JSON. Values stand as they were typed. */
export function formText({ tool, rows, parts, others }: FormDraft): string {
  const lines = [`"tool": ${JSON.stringify(tool)}`, `"args": ${objectText(rows)}`];
  for (const part of PARTS) {
    if (parts[part].trim() !== "") lines.push(`${JSON.stringify(part)}: ${parts[part].trim()}`);
  }
  for (const { key, value } of others) lines.push(`${JSON.stringify(key)}: ${textOf(value)}`);
  return `{\n  ${lines.join(",\n  ")}\n}`;
}

/** A value as JSON text. */
export function textOf(value: Written): string {
  if (typeof value === "string") return value;
  if ("items" in value) return `[${value.items.map(textOf).join(", ")}]`;
  return `{${value.rows.map((row) => `${JSON.stringify(row.key)}: ${textOf(row.value)}`).join(", ")}}`;
}

/** The items of a list, as they were written; `null` if it is none. */
export function itemsOf(value: Written): readonly Written[] | null {
  if (typeof value !== "string") return "items" in value ? value.items : null;
  const list = parsed(value);
  return Array.isArray(list) ? list.map((item) => JSON.stringify(item)) : null;
}

/** The entries of a map, as they were written; `null` if it is none. */
export function entriesOf(value: Written): readonly ArgumentRow[] | null {
  if (typeof value !== "string") return "rows" in value ? value.rows : null;
  const map = parsed(value);
  return isMap(map) ? rowsOf(Object.entries(map)) : null;
}

/** The value that a JSON text writes; `undefined` if it is none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What is wrong with a value as JSON, or `null`. */
export function jsonProblem(value: Written): string | null {
  if (typeof value !== "string") {
    const parts = "items" in value ? value.items : value.rows.map((row) => row.value);
    const problems = parts.map(jsonProblem).filter((problem) => problem !== null);
    return problems[0] ?? null;
  }
  try {
    JSON.parse(value);
    return null;
  } catch {
    return value.trim() === "" ? "A value is missing." : "This is not JSON. Text needs double quotes.";
  }
}

/** Goes to the JSON of the form. */
export function toJson(): void {
  json.value = formText(form.value);
  mode.value = "json";
}

/** Goes to the form of the JSON; says why if the form could not hold it. */
export function toForm(): string | null {
  let value: unknown;
  try {
    value = JSON.parse(json.value);
  } catch {
    return "The form can take over a call only once it is valid JSON.";
  }
  if (!isMap(value)) return "The form can take over a call only if it is a JSON object.";
  const { tool, args, ...rest } = value;
  if (typeof tool !== "string") return "The form can take over a call only if its tool is a string.";
  if (args !== undefined && !isMap(args)) return "The form can take over a call only if its args are an object.";
  // What the form would write again is not read again: so a number keeps its digits.
  if (formText(form.value) !== json.value) form.value = formOf(tool, args ?? {}, rest);
  mode.value = "form";
  return null;
}

function formOf(tool: string, args: Readonly<Record<string, unknown>>, rest: Record<string, unknown>): FormDraft {
  const parts = { ...NO_PARTS };
  for (const part of PARTS) {
    if (Object.hasOwn(rest, part)) parts[part] = JSON.stringify(rest[part]);
  }
  const isOther = ([key]: [string, unknown]) => !(PARTS as readonly string[]).includes(key);
  return {
    tool,
    rows: rowsOf(Object.entries(args)),
    rowsOf: tool,
    parts,
    others: rowsOf(Object.entries(rest).filter(isOther)),
  };
}

function rowsOf(entries: readonly [string, unknown][]): ArgumentRow[] {
  return entries.map(([key, value]) => ({ key, value: JSON.stringify(value) }));
}

function objectText(rows: readonly ArgumentRow[]): string {
  if (rows.length === 0) return "{}";
  return `{\n    ${rows.map(({ key, value }) => `${JSON.stringify(key)}: ${textOf(value)}`).join(",\n    ")}\n  }`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The rows that a form of `fields` begins with: those that are there already, and what is required. */
export function formFor(fields: readonly ToolField[], rows: readonly ArgumentRow[]): readonly ArgumentRow[] {
  return fields.flatMap((field) => {
    const there = rows.find((row) => row.key === field.key);
    if (there !== undefined) return [there];
    return field.required ? [{ key: field.key, value: startOf(field) }] : [];
  });
}

/** What stands in a field before anything is written. */
export function startOf(field: ToolField): Written {
  if (Object.hasOwn(field, "default") && field.default !== null) return JSON.stringify(field.default);
  switch (field.kind) {
    case "text":
      return '""';
    case "number":
    case "json":
      return "";
    case "boolean":
      return "false";
    case "choice":
      return JSON.stringify(field.choices[0] ?? null);
    case "list":
      return { items: [] };
    case "map":
      return { rows: formFor(field.fields, []) };
  }
}
