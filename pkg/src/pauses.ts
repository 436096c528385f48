/** Which agents are paused, by the `pause` entries of the history. */
import { EscalationError } from "./errors.js";
import type { Entry } from "./lifecycle.js";

/**
 * The agents that `entries`, those with the id `pause`, leave paused, sorted; `null`, which comes first, is every agent.
 *
 * @throws {@link EscalationError} `broken-history` if something else stands among them: then nobody can tell.
 */
export function pausedAgents(entries: readonly Entry[]): readonly (string | null)[] {
  const paused = new Set<string | null>();
  for (const { event } of entries) {
    if (event.type !== "pause") {
      throw new EscalationError("broken-history", "what the store has of pauses is no history of pauses");
    }
    if (event.paused) paused.add(event.agent);
    else paused.delete(event.agent);
  }
  return [...paused].sort((a, b) => Number(a !== null) - Number(b !== null) || ((a ?? "") < (b ?? "") ? -1 : 1));
}
