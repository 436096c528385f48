/** Answers questions about held calls. */

import { answered, failure } from "../failure.ts";
import type { Room } from "../room.ts";
import type { ReviewApi } from "./api.ts";

export function reviewApi(room: Room): ReviewApi {
  const queue = () => room.queue();
  return {
    listCalls: (filters) => answered(() => queue().list(filters)),
    listPart: (from) => answered(() => queue().part(from)),
    readSoFar: async () => queue().readSoFar(),
    readEscalation: (id) => answered(async () => queue().read(id, await room.reviewPolicy())),
    review: (id, answer) => answered(async () => queue().review(id, answer, await room.reviewPolicy())),
    undo: (id) => answered(async () => queue().undo(id, await room.reviewPolicy())),
    claim: (id) => answered(async () => queue().claim(id, await room.reviewPolicy())),
    askAgent: (id, text) => answered(async () => queue().ask(id, text, await room.reviewPolicy())),
    async edit(id, args, note) {
      const policy = await room.reviewPolicy();
      if (policy === null) return failure("no-policy", "there is no policy here by which it could be decided afresh");
      return answered(() => queue().edit(id, args, note, policy));
    },
    readBatch: (key) => answered(() => queue().batch(key)),
    batchSummary: async (ids) => queue().summary(ids),
    reviewBatch: (answers) => answered(() => queue().reviewBatch(answers)),
    pausedAgents: (withAgents) => answered(() => queue().paused(withAgents)),
    pause: (pause) => answered(() => queue().pause(pause)),
    hasChecks: async () => (await room.attention()?.settings())?.isOn ?? false,
    historyCheckpoint: () => answered(async () => ({ ok: true as const, checkpoint: await queue().checkpoint() })),
  };
}
