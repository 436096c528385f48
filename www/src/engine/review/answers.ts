/** Answers questions about held calls. */

import { answered, failure } from "../failure.ts";
import type { Room } from "../room.ts";
import type { ReviewApi } from "./api.ts";

export function reviewApi(room: Room): ReviewApi {
  const policy = () => room.inForce()?.policy ?? null;
  return {
    listCalls: (filters) => answered(() => room.queue().list(filters)),
    listPart: (from) => answered(() => room.queue().part(from)),
    readSoFar: async () => room.queue().readSoFar(),
    readEscalation: (id) => answered(() => room.queue().read(id, policy())),
    review: (id, answer) => answered(() => room.queue().review(id, answer, policy())),
    undo: (id) => answered(() => room.queue().undo(id, policy())),
    claim: (id) => answered(() => room.queue().claim(id, policy())),
    askAgent: (id, text) => answered(() => room.queue().ask(id, text, policy())),
    async edit(id, args, note) {
      const inForce = policy();
      if (inForce === null) return failure("no-policy", "no policy is in force, so nothing can be decided afresh");
      return answered(() => room.queue().edit(id, args, note, inForce));
    },
    readBatch: (key) => answered(() => room.queue().batch(key)),
    batchSummary: async (ids) => room.queue().summary(ids),
    reviewBatch: (answers) => answered(() => room.queue().reviewBatch(answers)),
    pausedAgents: () => answered(() => room.queue().paused()),
    pause: (pause) => answered(() => room.queue().pause(pause)),
  };
}
