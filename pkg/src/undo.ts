/** How long an approval can be undone before the call runs. */
import type { Risk } from "./types.js";

/**
 * The time in which reviewers can undo an approval, in milliseconds, by the risk of the call: none for `low`, 30 seconds
 * for `high` and `critical`, and 10 seconds else.
 */
export function undoMsOf(risk: Risk | null): number {
  switch (risk) {
    case "low":
      return 0;
    case "high":
    case "critical":
      return 30_000;
    case "medium":
    case null:
      return 10_000;
  }
}
