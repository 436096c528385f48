/** Answers questions about calls under the policy in force. */

import { addPolicyTest, checkPolicy, PolicyError, toolForms } from "countersign";
import type { Failure } from "../api.ts";
import { answered, failure } from "../failure.ts";
import type { InForce, Room } from "../room.ts";
import type { OtherPolicy, SimulateApi } from "./api.ts";
import { traceText } from "./call-text.ts";
import { createComparisonRun } from "./comparison-run.ts";
import { createFileRun } from "./file-run.ts";
import { createWideningRun } from "./widening-run.ts";

export function simulateApi(room: Room): SimulateApi {
  const file = createFileRun();
  room.keep(() => file.policy());
  const comparison = createComparisonRun();
  room.keep(() => comparison.after());
  const widening = createWideningRun();
  return {
    trace: (callText, digest) => room.withPolicy(digest, (policy) => traceText(policy, callText)),

    escalate: (callText, digest) =>
      room.withPolicy(digest, async (policy) => {
        const traced = await traceText(policy, callText);
        return traced.ok ? room.queue().open(policy, traced.call) : traced;
      }),

    async decideFile(chosen, digest, onProgress) {
      const before = file.policy();
      return room.withPolicy(digest, (_, inForce) => {
        const end = file.decide(inForce, chosen, onProgress);
        room.retire(before);
        return end;
      });
    },

    async cancelFile() {
      file.cancel();
    },

    async fileRows(query, from, count) {
      return file.rows(query, from, count);
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

    async compareFile(chosen, other, digest, onProgress) {
      const last = comparison.after();
      return room.withPolicy(digest, async (_, after) => {
        const before = await readOther(other, after);
        if ("ok" in before) return before;
        const end = comparison.compare(before, after, chosen, onProgress);
        room.retire(last);
        return end;
      });
    },

    async cancelComparison() {
      comparison.cancel();
    },

    async changedRows(query, from, count) {
      return comparison.rows(query, from, count);
    },

    async changedLine(index) {
      return answered(() => comparison.line(index));
    },

    tellWidening: (other, digest) =>
      room.withPolicy(digest, async (_, after) => {
        const before = await readOther(other, after);
        if ("ok" in before) return before;
        try {
          return await widening.tell(before, after);
        } finally {
          before.policy.dispose();
        }
      }),

    async cancelWidening() {
      widening.cancel();
    },

    async readTools(name, text) {
      const { tools, rendered } = await toolForms({ name, text });
      return { forms: tools, rendered };
    },

    async addTest(policyText, test) {
      try {
        return await answered(async () => ({ ok: true, fix: await addPolicyTest(policyText, test) }) as const);
      } catch (error) {
        if (error instanceof PolicyError || error instanceof TypeError) return failure("no-test", error.message);
        throw error;
      }
    },
  };
}

/** Reads a policy that the one in force is compared with, for the same tools. */
async function readOther({ name, text }: OtherPolicy, { tools }: InForce): Promise<InForce | Failure> {
  const { policy, rendered } = await checkPolicy({ name, text }, tools === null ? {} : { tools });
  if (policy === null) return failure("policy-errors", rendered.trimEnd());
  return { policy, text: typeof text === "string" ? text : new TextDecoder().decode(text), tools };
}
