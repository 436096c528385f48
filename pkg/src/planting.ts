/** Calls of check cards: like one that was held, with other arguments, and never held themselves. */
import { planted } from "./engines/evidence.js";
import { engine } from "./engines/full.js";
import type { Escalation } from "./lifecycle.js";
import type { Call, Decision, Digest } from "./types.js";

/** A call that nobody proposed, told as if the same decision held it. */
export interface PlantedCall {
  readonly call: Call;
  /** Its real digest. */
  readonly digest: Digest;
  /** The decision of the call that it is like; what follows is told of the new arguments. */
  readonly decision: Decision;
}

/**
 * The call of `like` with other arguments, as a check card shows it. It is no escalation: no store has it, and nothing can
 * approve it or let it run.
 *
 * @throws {@link EscalationError} `no-digest` if the call with `args` has no canonical form.
 */
export async function plantCall(
  like: Pick<Escalation, "call" | "digest" | "covers" | "decision">,
  args: Readonly<Record<string, unknown>>,
): Promise<PlantedCall> {
  await engine.ready();
  return planted(like, args);
}
