import type { Risk } from "countersign";

/** A risk in words; `null` where no rule says one. */
export function RiskChip({ risk }: { readonly risk: Risk | null }) {
  if (risk === null) return <span class="chip risk">risk not written</span>;
  return <span class={`chip risk risk-${risk}`}>{risk} risk</span>;
}

/** Whether a call of this risk has a look, and a friction, of its own. */
export function isRisky(risk: Risk | null): boolean {
  return risk === "high" || risk === "critical";
}
