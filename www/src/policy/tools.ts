/** The tool catalogue that policies are loaded with, kept in this browser across reloads. */

import { signal } from "@preact/signals";
import type { EngineApi } from "../engine/api.ts";
import type { Checked } from "../engine/policy/api.ts";
import type { Tools } from "../engine/simulate/api.ts";
import { SPACE } from "../place.ts";

const KEY = `${SPACE}.tools`;

/** The catalogue; `null` if there is none. Only one without errors is put here. */
export const tools = signal<Tools | null>(keptTools());

/** The engine that was told, and which catalogue. */
let told: { readonly api: EngineApi; readonly tools: Tools | null } | null = null;

/** Checks a text with the catalogue, which may be large and so goes to each engine once. */
export function checkWithTools(api: EngineApi, text: string): Promise<Checked> {
  const now = tools.value;
  if (told?.api === api && told.tools === now) return api.check(text);
  told = { api, tools: now };
  return api.check(text, now);
}

/** Keeps a catalogue, or forgets it; whether this browser could. */
export function keepTools(next: Tools | null): boolean {
  try {
    if (next === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(next));
    return true;
  } catch {
    // Another one must not come back in its place.
    if (next !== null) keepTools(null);
    return false;
  }
}

/** Calls `changed` when another tab keeps another catalogue. */
export function onToolsElsewhere(changed: (next: Tools | null) => void): void {
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === KEY) changed(toolsFrom(newValue));
  });
}

function keptTools(): Tools | null {
  try {
    return toolsFrom(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function toolsFrom(json: string | null): Tools | null {
  if (json === null) return null;
  try {
    const { name, text } = JSON.parse(json) as Partial<Record<keyof Tools, unknown>>;
    return typeof name === "string" && typeof text === "string" ? { name, text } : null;
  } catch {
    return null;
  }
}
