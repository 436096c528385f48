/** Keeps the policy text in this browser, across reloads. */

import { SPACE } from "../place.ts";

const KEY = `${SPACE}.policy`;

export function keptText(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Whether the text could be kept; a very large one, or a browser that keeps nothing, cannot. */
export function keepText(text: string): boolean {
  try {
    localStorage.setItem(KEY, text);
    return true;
  } catch {
    forget();
    return false;
  }
}

/** Calls `changed` when another tab keeps another text. */
export function onKeptElsewhere(changed: (text: string) => void): void {
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === KEY && newValue !== null) changed(newValue);
  });
}

/** An older text must not come back in place of the one that could not be kept. */
function forget(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept, so nothing can come back.
  }
}
