import type { EscalationRecord } from "countersign";

/** Where an escalation stands, in its colour and in words; of an approval that is past, that it is. */
export function StatusChip({ status, grant }: Pick<EscalationRecord, "status" | "grant">) {
  const isOver = grant?.state === "revoked" || grant?.state === "expired";
  return (
    <span class={`chip ${isOver ? "expired" : status}`}>
      {status}
      {isOver && ` (${grant.state === "revoked" ? "undone" : grant.state})`}
    </span>
  );
}
