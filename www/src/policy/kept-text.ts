/**
 * Keeps the text that is being written in this browser, across reloads: at once, and without waiting for the library.
 *
 * The library keeps it too, a little later; of the two, this one is there when the page starts.
 */

import { SPACE } from "../place.ts";

/** The text being written, and of which policy of the library it is; `null` if the library has not seen it. */
export interface KeptText {
  readonly policy: string | null;
  readonly text: string;
  /** The tab that wrote it. */
  readonly tab: string | null;
}

/** Names this tab until it is loaded again. */
export const TAB = crypto.getRandomValues(new Uint32Array(4)).join("-");

const KEY = `${SPACE}.draft`;

/** Where the text alone was kept, before there was a library. */
const KEY_BEFORE = `${SPACE}.policy`;

export function keptText(): KeptText | null {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept !== null) return readKept(kept);
    const text = localStorage.getItem(KEY_BEFORE);
    return text === null ? null : { policy: null, text, tab: null };
  } catch {
    return null;
  }
}

/** Whether the text could be kept; a very large one, or a browser that keeps nothing, cannot. */
export function keepText(text: string, policy: string | null): boolean {
  try {
    localStorage.setItem(KEY, JSON.stringify({ policy, text, tab: TAB } satisfies KeptText));
    localStorage.removeItem(KEY_BEFORE);
    return true;
  } catch {
    forget();
    return false;
  }
}

/** Calls `changed` when another tab keeps another text. */
export function onKeptElsewhere(changed: (kept: KeptText) => void): void {
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key !== KEY || newValue === null) return;
    const kept = readKept(newValue);
    if (kept !== null) changed(kept);
  });
}

function readKept(json: string): KeptText | null {
  try {
    const { policy, text, tab } = JSON.parse(json) as Readonly<Partial<Record<keyof KeptText, unknown>>>;
    if (typeof text !== "string") return null;
    const known = (value: unknown) => (typeof value === "string" ? value : null);
    return { policy: known(policy), text, tab: known(tab) };
  } catch {
    return null;
  }
}

/** An older text must not come back in place of the one that could not be kept. */
function forget(): void {
  try {
    localStorage.removeItem(KEY);
    localStorage.removeItem(KEY_BEFORE);
  } catch {
    // Nothing was kept, so nothing can come back.
  }
}
