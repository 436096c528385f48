/** Answers that nobody can have thought about. */

import type { Given } from "./api.ts";

/** Whether somebody approved before they could have read the card. */
export function isTooFast({ verdict, shownMs, readingFloorMs }: Given): boolean {
  return verdict === "approve" && shownMs < readingFloorMs;
}
