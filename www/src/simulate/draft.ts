/**
 * The call that somebody is writing, as a form or as JSON.
 *
 * Both are text until the engine reads them: the form is put together to JSON word for word, so nothing that was typed is lost or rounded.
 */

import { signal } from "@preact/signals";

/** A part of a call beside its tool and arguments. */
export const PARTS = ["reason", "agent", "user", "session", "context", "confidence"] as const;
export type Part = (typeof PARTS)[number];

/** One argument: its name, and its value as JSON. */
export interface ArgumentRow {
  readonly key: string;
  readonly json: string;
}

export interface FormDraft {
  readonly tool: string;
  readonly rows: readonly ArgumentRow[];
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
    { key: "path", json: '"notes/today.md"' },
    { key: "text", json: '"Call the plumber"' },
  ],
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
  for (const { key, json: value } of others) lines.push(`${JSON.stringify(key)}: ${value}`);
  return `{\n  ${lines.join(",\n  ")}\n}`;
}

/** What is wrong with a value as JSON, or `null`. */
export function jsonProblem(value: string): string | null {
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
  return { tool, rows: rowsOf(Object.entries(args)), parts, others: rowsOf(Object.entries(rest).filter(isOther)) };
}

function rowsOf(entries: readonly [string, unknown][]): ArgumentRow[] {
  return entries.map(([key, value]) => ({ key, json: JSON.stringify(value) }));
}

function objectText(rows: readonly ArgumentRow[]): string {
  if (rows.length === 0) return "{}";
  return `{\n    ${rows.map(({ key, json: value }) => `${JSON.stringify(key)}: ${value}`).join(",\n    ")}\n  }`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
