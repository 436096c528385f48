/** The tool catalogue of this page, and the forms that it gives. */

import { effect, signal } from "@preact/signals";
import type { ToolForm } from "countersign";
import { ask, engine } from "../engine/client.ts";
import type { Tools } from "../engine/simulate/api.ts";
import { checked, policyStatus } from "../policy/state.ts";
import { keepTools, onToolsElsewhere, tools } from "../policy/tools.ts";
import { type ArgumentRow, form, formFor } from "./draft.ts";

/** The forms of the catalogue; `null` while there is none, or it is being read. */
export const forms = signal<readonly ToolForm[] | null>(null);

/** What the engine says of the catalogue in use. */
export const warnings = signal("");

/** Why the last import did not count, with carets. */
export const importTrouble = signal<string | null>(null);

/** `false` if the catalogue could not be kept for the next visit. */
export const toolsKept = signal(true);

/** The form of the tool with this name, if the catalogue has one. */
export function formOfTool(name: string): ToolForm | null {
  return forms.value?.find((each) => each.name === name) ?? null;
}

/** Takes over a catalogue, if it has no error. */
export async function importTools(name: string, source: string | Uint8Array): Promise<void> {
  importTrouble.value = null;
  try {
    const { forms: read, rendered } = await ask((api) => api.readTools(name, source));
    if (read === null) {
      importTrouble.value = rendered;
      return;
    }
    const text = typeof source === "string" ? source : new TextDecoder().decode(source);
    useTools({ name, text });
  } catch {
    importTrouble.value = "the engine stopped before it had read the catalogue";
  }
}

/** Puts a catalogue, or none, in use: nothing is decided until the policy was loaded with it. */
export function useTools(next: Tools | null): void {
  toolsKept.value = keepTools(next);
  tools.value = next;
  checked.value = null;
}

onToolsElsewhere((next) => {
  tools.value = next;
  checked.value = null;
});

/** Reads the forms whenever the catalogue changes. */
export function followTools(): () => void {
  return effect(() => {
    const now = tools.value;
    if (now === null) {
      forms.value = null;
      warnings.value = "";
      return;
    }
    if (engine.value.state === "ready" && forms.peek() === null) readForms(now);
    return () => {
      forms.value = null;
    };
  });
}

async function readForms(of: Tools): Promise<void> {
  const read = await ask((api) => api.readTools(of.name, of.text)).catch(() => null);
  if (read === null || tools.value !== of) return;
  forms.value = read.forms;
  warnings.value = read.rendered;
}

/** The tools of the catalogue, and those that the policy in force names; patterns are no names. */
export function knownTools(): readonly string[] {
  const status = policyStatus.value;
  const listed = forms.value?.map((each) => each.name) ?? [];
  if (status.state !== "in-force") return listed;
  const named = status.policy.policies.flatMap((policy) => policy.rules.flatMap((rule) => rule.tools));
  return [...new Set([...listed, ...named])].filter((tool) => !tool.includes("*"));
}

/** The arguments that a tool had when another one was chosen. */
const putAway = new Map<string, readonly ArgumentRow[]>();

/**
 * Goes to another tool. Of one in the catalogue what it asks for as well stays, and what it requires is there. Another one that
 * is known has what it had before, or nothing; while a name is typed that nobody knows, all stays.
 */
export function chooseTool(tool: string): void {
  const { rows, rowsOf } = form.value;
  const found = formOfTool(tool);
  const isOther = tool !== rowsOf && (found !== null || knownTools().includes(tool));
  if (isOther) putAway.set(rowsOf, rows);
  const own = isOther ? (putAway.get(tool) ?? []) : rows;
  form.value = {
    ...form.value,
    tool,
    rows: found === null ? own : formFor(found.fields, own.length > 0 ? own : rows),
    rowsOf: isOther ? tool : rowsOf,
  };
}
