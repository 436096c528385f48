/** A decision in short: its action, and the rule or what else it came from. */

import type { Decision } from "countersign";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";

export function Said({ decision }: { readonly decision: Decision }) {
  return (
    <>
      <ActionChip action={decision.action} />{" "}
      <span class="name">{decision.rule === null ? decision.cause : <VisibleText text={decision.rule} />}</span>
    </>
  );
}
