/** Why approving does not work yet, and the way there. */

import { VisibleText } from "../../text/visible-text.tsx";
import type { Seen } from "../card/seen.ts";
import { expanded, onlyDifferences } from "../card/view.ts";

interface Props {
  readonly seen: Seen;
  /** Whether there was time to read it. */
  readonly isRead: boolean;
}

/** Whether something of the card was not looked at, or not for long enough. */
export function isLocked({ seen, isRead }: Props): boolean {
  return seen.unseen.value > 0 || seen.masked.value.length > 0 || onlyDifferences.value || !isRead;
}

/** Brings the next part on screen that was not; answers whether there is one. */
export function showNextOf(seen: Seen): boolean {
  expanded.value = true;
  seen.showNext();
  return seen.unseen.value + seen.masked.value.length > 0;
}

/** Says why it is locked, or else `otherwise`. */
export function LockState({ seen, isRead, otherwise }: Props & { readonly otherwise: string }) {
  const unseen = seen.unseen.value;
  const [masked] = seen.masked.value;
  if (onlyDifferences.value) {
    return (
      <>
        <span role="status">Approving is locked while values are hidden. </span>
        <button
          type="button"
          onClick={() => {
            onlyDifferences.value = false;
          }}
        >
          Show all values
        </button>
      </>
    );
  }
  if (unseen > 0) {
    return (
      <>
        <span role="status">
          Approving is locked: {unseen} {unseen === 1 ? "part has" : "parts have"} not been wholly on screen.{" "}
        </span>
        <button type="button" aria-keyshortcuts="n" onClick={() => showNextOf(seen)}>
          Show the next
        </button>
      </>
    );
  }
  if (masked !== undefined) {
    return (
      <>
        <span role="status">
          Approving is locked: look at the masked value of{" "}
          <code>
            <VisibleText text={masked} />
          </code>
          .{" "}
        </span>
        <button type="button" aria-keyshortcuts="n" onClick={() => showNextOf(seen)}>
          Go there
        </button>
      </>
    );
  }
  if (!isRead) return <span role="status">Approving is locked: this is long. Take the time to read it.</span>;
  return <span role="status">{otherwise}</span>;
}
