/** The tool catalogue of this page, and the forms that it gives. */

import { effect, signal } from "@preact/signals";
import type { ToolForm } from "countersign";
import { ask, engine } from "../engine/client.ts";
import type { Tools } from "../engine/simulate/api.ts";
import { checked } from "../policy/state.ts";
import { keepTools, onToolsElsewhere, tools } from "../policy/tools.ts";
import { form, formFor } from "./draft.ts";

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

/** Goes to the form of another tool: what it asks for as well stays, what it requires is there. */
export function chooseTool(tool: string): void {
  const found = formOfTool(tool);
  form.value = { ...form.value, tool, rows: found === null ? form.value.rows : formFor(found.fields, form.value.rows) };
}
