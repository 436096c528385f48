/** How the card on screen is looked at: reset with every card, set by buttons and keys. */

import { signal } from "@preact/signals";

export type Step = "choose" | "approve" | "reject" | "ask" | "edit";

export const step = signal<Step>("choose");

/** Whether long values are shown as a whole. */
export const expanded = signal(false);

/** Whether only what differs from the most similar approved call is shown. */
export const onlyDifferences = signal(false);

/** Masked fields that the reviewer has looked at. */
export const revealed = signal<readonly string[]>([]);

/** The reviewer looks at the masked value of `field`. */
export function lookAt(field: string): void {
  if (!revealed.value.includes(field)) revealed.value = [...revealed.value, field];
}

export function resetView(): void {
  step.value = "choose";
  expanded.value = false;
  onlyDifferences.value = false;
  revealed.value = [];
}

/** What keys do to the card on screen; each answers whether it did anything. */
export interface Commands {
  approve(): boolean;
  /** The second, other key of an approval. */
  confirm(): boolean;
  reject(): boolean;
  ask(): boolean;
  undo(): boolean;
  /** Brings the next part on screen that was not. */
  showNext(): boolean;
}

/** `null` while no card takes an answer. */
export const commands: { current: Partial<Commands> } = { current: {} };
