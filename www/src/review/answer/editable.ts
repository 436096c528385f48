/** What of a call the policy lets reviewers change. */

import type { CardRow } from "countersign";
import type { Shown } from "../../engine/review/api.ts";

/** Rows with a value of their own that may change; what stands at `null` has no type to keep. */
export function editableRows({ card }: Shown): readonly CardRow[] {
  return card.args.filter(({ editable, type }) => editable && ["string", "number", "boolean"].includes(type));
}
