/** Answers questions about held calls. */

import { answered } from "../failure.ts";
import type { Room } from "../room.ts";
import type { ReviewApi } from "./api.ts";

export function reviewApi(room: Room): ReviewApi {
  return {
    queuePage: (cursor) => answered(() => room.queue().page(cursor)),
    readEscalation: (id) => answered(() => room.queue().read(id)),
    review: (id, answer) => answered(() => room.queue().review(id, answer)),
    undo: (id) => answered(() => room.queue().undo(id)),
  };
}
