/** Keys of the review view. None answers by itself: `a` opens the question, and another key confirms it once that is armed. */

import { signal } from "@preact/signals";
import { commands, expanded, onlyDifferences, step } from "./card/view.ts";
import { move } from "./next.ts";

export const isHelpOpen = signal(false);

const TYPING = "input, textarea, select, [contenteditable]";

/** Listens as long as the view is open; answers how to stop. */
export function followKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    // A held key, a key with another one, or one that a script sends is nobody's answer.
    if (event.repeat || !event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    if (event.key === "Escape") {
      goBack(event);
      return;
    }
    if (target?.closest(TYPING) !== null && target?.closest(TYPING) !== undefined) return;
    const act = ACTS.get(event.key);
    if (act?.()) event.preventDefault();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

function goBack(event: KeyboardEvent): void {
  if (isHelpOpen.value) isHelpOpen.value = false;
  else if (step.value !== "choose") step.value = "choose";
  else return;
  event.preventDefault();
}

const ACTS: ReadonlyMap<string, () => boolean> = new Map<string, () => boolean>([
  ["j", () => move(1)],
  ["k", () => move(-1)],
  [
    "e",
    () => {
      expanded.value = !expanded.value;
      return true;
    },
  ],
  [
    "d",
    () => {
      onlyDifferences.value = !onlyDifferences.value;
      return true;
    },
  ],
  ["r", () => commands.current.reject?.() ?? false],
  ["i", () => commands.current.ask?.() ?? false],
  ["a", () => commands.current.approve?.() ?? false],
  ["y", () => commands.current.confirm?.() ?? false],
  ["n", () => commands.current.showNext?.() ?? false],
  ["u", () => commands.current.undo?.() ?? false],
  [
    "?",
    () => {
      isHelpOpen.value = !isHelpOpen.value;
      return true;
    },
  ],
]);
