/** What an agent is told when its call does not run: a code for programs, and a message for a model. */
import { CallError, EscalationError, StoreError, type Told } from "../errors.js";
import type { Decision } from "../types.js";
import type { EscalationRecord } from "../writing.js";

/** What the policy has said. */
export function toldBlocked(tool: string, decision: Decision): Told {
  const why = decision.reason === null ? "." : `: ${sentence(decision.reason)}`;
  const repeat = `Calls like this one of \`${tool}\` were rejected three times, so the tool is blocked for this session.`;
  const message =
    decision.cause === "repeat"
      ? `${repeat} Do not try it again; find another way or ask the user.`
      : `The policy blocks this call of \`${tool}\`${why} It did not run. Do not try it again, nor the same by other means.`;
  return { code: "blocked", message, retry: "never", tool, rule: decision.rule, cause: decision.cause };
}

/** That the call cannot be held, as it is, because of `why`. */
export function toldUnholdable(tool: string, why: string): Told {
  const message = `This call of \`${tool}\` needs a person's approval and cannot be put before one: ${sentence(why)} It did not run.`;
  return { code: "unholdable", message, retry: "changed", tool };
}

/** What became of a held call that will not run; `null` while it may. */
export function toldOf(record: EscalationRecord): Told | null {
  const { id, status, closingNote } = record;
  const tool = record.call.tool;
  switch (status) {
    case "pending":
      return null;
    case "rejected": {
      const note = record.reviews.findLast(({ verdict }) => verdict === "reject")?.note ?? null;
      const said = saying(note, " without saying why.");
      const message = `A reviewer rejected this call of \`${tool}\`${said} It did not run. Do not offer it again unchanged.`;
      return { code: "rejected", message, retry: "changed", tool, id, note };
    }
    case "expired": {
      const message = `Nobody answered in time whether this call of \`${tool}\` may run. It did not run.`;
      return { code: "expired", message, retry: "later", tool, id };
    }
    case "withdrawn": {
      const message = `This call of \`${tool}\` was withdrawn${saying(closingNote)} It did not run.`;
      return { ...toldWithdrawn(tool), message, id };
    }
    case "approved":
      return toldOfGrant(record);
  }
}

function toldOfGrant(record: EscalationRecord): Told | null {
  const { id, grant, run, closingNote } = record;
  const tool = record.call.tool;
  if (run !== null) return toldRun(record);
  switch (grant?.state) {
    case "revoked": {
      const message = `The approval of this call of \`${tool}\` was taken back${saying(closingNote)} It did not run.`;
      return { code: "revoked", message, retry: "changed", tool, id, note: closingNote };
    }
    case "expired": {
      const message = `The approval of this call of \`${tool}\` expired before it was used. It did not run.`;
      return { code: "expired", message, retry: "later", tool, id };
    }
    case "used":
      return toldRun(record);
    case "waiting":
    case "ready":
      return null;
    case undefined:
      return { ...toldUnavailable(tool, "the approval lets nothing run"), id };
  }
}

/** That the call was let run before, once and for all. */
function toldRun({ id, call, run }: EscalationRecord): Told {
  const { tool } = call;
  const before = `This call of \`${tool}\` was approved and let run before, and`;
  if (run === null || run.outcome === null || run.outcome === "unknown") {
    const message = `${before} nobody knows whether it ran; it is not run again. Find out what it did before you propose another.`;
    return { code: "unknown-outcome", message, retry: "never", tool, id };
  }
  const what = run.outcome === "ran" ? "it ran" : "it failed";
  const message = `${before} ${what}${saying(run.note)} It is not run again.`;
  return { code: "already-run", message, retry: "never", tool, id, outcome: run.outcome };
}

export function toldWithdrawn(tool: string): Told {
  const message = `This call of \`${tool}\` was taken back. It did not run.`;
  return { code: "withdrawn", message, retry: "changed", tool };
}

/** That the call was taken back, and that nobody recorded it: who reviews it may not know. */
export function toldWithdrawnUnrecorded(tool: string, id: string): Told {
  const message = `This call of \`${tool}\` was taken back, but that could not be recorded: people may still see it and approve it. It did not run, and nothing waits for it any more.`;
  return { code: "withdrawn", message, retry: "changed", tool, id };
}

/** That nobody waits for the held call any more, though it is held. */
export function toldClosed(tool: string, id: string): Told {
  const message = `The guard was closed while this call of \`${tool}\` was held. It did not run. It is still held: do not propose it anew, as it can be resumed.`;
  return { code: "unavailable", message, retry: "later", tool, id };
}

/** That what holds now would not let the call run as it was approved. `why` goes on from “because”. */
export function toldChanged(tool: string, id: string, why: string): Told {
  const message = `The approval of this call of \`${tool}\` no longer holds, because ${why}. It did not run. If it is still needed, propose it anew.`;
  return { code: "policy-changed", message, retry: "changed", tool, id };
}

export function toldPaused(tool: string, note: string | null): Told {
  const message = `People have paused this agent${saying(note)} This call of \`${tool}\` did not run. Stop, and wait until they let you go on.`;
  return { code: "paused", message, retry: "later", tool, note };
}

export function toldTooMany(tool: string, count: number): Told {
  const message = `${count} calls of this agent wait for an answer already, so this one of \`${tool}\` was not put before a person and did not run. Wait for those, or withdraw some.`;
  return { code: "too-many-pending", message, retry: "later", tool };
}

export function toldCooling(tool: string, retryAfterMs: number): Told {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const message = `A call like this one of \`${tool}\` was rejected just now, so it was not put before a person again and did not run. Offer something else, or try again in ${seconds} s.`;
  return { code: "cooling", message, retry: "later", tool, retryAfterMs };
}

export function toldUnavailable(tool: string, why: string): Told {
  const message = `Whether this call of \`${tool}\` may run could not be decided or recorded (${why}), so it did not run.`;
  return { code: "unavailable", message, retry: "later", tool };
}

/** What a failure comes down to for an agent. It learns nothing of the inside that it could use. */
export function toldFailure(tool: string, error: unknown): Told {
  if (error instanceof StoreError) return toldUnavailable(tool, "the store does not answer");
  if (error instanceof EscalationError && error.code === "broken-history") {
    return toldUnavailable(tool, "the history is damaged");
  }
  if (error instanceof CallError) return toldUnavailable(tool, error.message);
  return toldUnavailable(tool, "the guard failed");
}

/** How a sentence ends in which somebody may have said something. */
function saying(note: string | null, silence = "."): string {
  return note === null || note.trim() === "" ? silence : `, saying: ${sentence(note)}`;
}

/** `words` as the end of a sentence, whatever they end with. */
function sentence(words: string): string {
  const said = words.trim();
  return /[!?…。！？]$/.test(said) ? said : `${said.replace(/[\s.,;:]+$/, "")}.`;
}
