import type { Action } from "countersign";

/** What a rule or decision says, in its colour and in words. */
export function ActionChip({ action }: { readonly action: Action }) {
  return <span class={`chip ${action}`}>{action}</span>;
}
