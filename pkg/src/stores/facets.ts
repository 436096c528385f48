/** Under which names an escalation is listed, for stores that keep one sorted list for each filter. */
import type { Filter, IndexRow } from "./store.js";

/** The name of the list that `filter` asks for. */
export function facetOf(filter: Filter): string {
  if ("status" in filter) return `status ${filter.status}`;
  if ("lane" in filter) return `lane ${filter.lane}`;
  if ("pendingOf" in filter) return `pending ${filter.pendingOf}`;
  return "unfinished" in filter ? "unfinished" : "all";
}

/** The names of all lists in which `row` stands. */
export function facetsOf({ status, lane, agent, unfinished }: IndexRow): readonly string[] {
  const facets = ["all", `status ${status}`];
  if (lane !== null) facets.push(`lane ${lane}`);
  if (status === "pending") facets.push(`pending ${agent}`);
  if (unfinished) facets.push("unfinished");
  return facets;
}
