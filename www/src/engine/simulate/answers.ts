/** Answers questions about calls under the policy in force. */

import { answered, failure } from "../failure.ts";
import type { Room } from "../room.ts";
import type { SimulateApi } from "./api.ts";
import { traceText } from "./call-text.ts";
import { createFileRun } from "./file-run.ts";

export function simulateApi(room: Room): SimulateApi {
  const file = createFileRun();
  room.keep(() => file.policy());
  return {
    trace: (callText, digest) => room.withPolicy(digest, (policy) => traceText(policy, callText)),

    escalate: (callText, digest) =>
      room.withPolicy(digest, async (policy) => {
        const traced = await traceText(policy, callText);
        return traced.ok ? room.queue().open(policy, traced.call) : traced;
      }),

    async decideFile(chosen, digest, onProgress) {
      const before = file.policy();
      return room.withPolicy(digest, (policy, text) => {
        const end = file.decide(policy, text, chosen, onProgress);
        room.retire(before);
        return end;
      });
    },

    async cancelFile() {
      file.cancel();
    },

    async fileRows(filter, from, count) {
      return file.rows(filter, from, count);
    },

    async fileLine(index) {
      return answered(() => file.line(index));
    },

    async escalateLine(index) {
      return answered(async () => {
        const line = await file.line(index);
        if (!line.ok) return line;
        const policy = file.policy();
        if (policy === null) return failure("no-policy", "no file has been decided");
        return line.traced.ok ? room.queue().open(policy, line.traced.call) : line.traced;
      });
    },
  };
}
