import type { Status } from "countersign";

/** Where an escalation stands, in its colour and in words. */
export function StatusChip({ status }: { readonly status: Status }) {
  return <span class={`chip ${status}`}>{status}</span>;
}
