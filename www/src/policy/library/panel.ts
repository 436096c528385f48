/** Which panel of the library is open, and what is looked at in it. */

import { signal } from "@preact/signals";

export type Panel = "save" | "policies" | "versions" | "starters" | "share";

export const panel = signal<Panel | null>(null);

/** What is looked at: a policy or version by its id, or a starter by its title. Looking changes nothing. */
export const lookedAt = signal<string | null>(null);

export function show(next: Panel, at: string | null = null): void {
  panel.value = next;
  lookedAt.value = at;
}

export function toggle(next: Panel): void {
  if (panel.value === next) hide();
  else show(next);
}

export function hide(): void {
  panel.value = null;
  lookedAt.value = null;
}
