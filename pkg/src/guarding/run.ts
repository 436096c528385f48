/** Runs a tool on the guard's own frozen copy of the call, and records what became of it. */
import { EscalationError, messageOf } from "../errors.js";
import type { RunOutcome } from "../lifecycle.js";
import { verifying } from "../reviewers.js";
import type { Call } from "../types.js";
import type { Post, Run } from "./post.js";
import type { Finished } from "./types.js";

/** UTF-16 code units of what a tool that failed has said. */
const NOTE_MAX = 1000;

/** Runs `call`; `id` is that of its escalation, whose grant was used. */
export async function runTool(
  post: Post,
  run: Run,
  call: Call,
  id: string | null,
  signal: AbortSignal | null,
): Promise<unknown> {
  const finished = finishing(post, call, id);
  let result: unknown;
  try {
    result = await run(call.args, Object.freeze({ call, escalation: id, signal }));
  } catch (error) {
    await finished("failed", messageOf(error));
    throw error;
  }
  await finished("ran");
  return result;
}

/** Records what became of `call`, once. */
export function finishing(post: Post, call: Call, id: string | null): Finished {
  let isFinished = false;
  return async (outcome, note) => {
    if (isFinished) return;
    isFinished = true;
    post.tell({ type: "finished", id, call, outcome });
    if (id === null) return;
    try {
      await record(post, id, outcome, note === undefined ? undefined : short(note));
    } catch (error) {
      post.tell({ type: "unrecorded", id, error });
    }
  };
}

async function record(post: Post, id: string, outcome: RunOutcome, note: string | undefined): Promise<void> {
  const { holding, writing, verify } = post;
  const reviewers = verifying(holding, verify);
  await writing.write(async ({ nowMs }) => {
    const past = await writing.entries(id);
    const verified = await reviewers.all(past);
    const proposal = { type: "outcome", outcome, ...(note !== undefined && { note }) } as const;
    const event = holding.advance(past, verified, proposal, nowMs);
    if (event.type !== "outcome") throw new EscalationError("broken-history", "the engine recorded no outcome");
    return { drafts: [{ id, event, past, verified }], answer: () => undefined };
  });
}

/** The beginning of `note`, without halves of surrogate pairs, which nothing could record. */
function short(note: string): string {
  const cut = note.length > NOTE_MAX ? `${note.slice(0, NOTE_MAX)}…` : note;
  return cut.replace(/\p{Surrogate}/gu, "\ufffd");
}
