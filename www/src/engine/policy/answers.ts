/** Answers questions about a policy text, and puts it in force. */

import { checkPolicy, highlightPolicy, type Policy } from "countersign";
import type { Room } from "../room.ts";
import type { InForce, PolicyApi } from "./api.ts";

/** Beyond this length a text is not coloured; the engine refuses it by default anyway. */
const HIGHLIGHT_LENGTH_MAX = 1_048_576;

export function policyApi(room: Room): PolicyApi {
  let checks = 0;
  return {
    async check(text) {
      checks += 1;
      const mine = checks;
      room.putInForce(null, "");
      const tokens = text.length > HIGHLIGHT_LENGTH_MAX ? [] : await highlightPolicy(text);
      const { diagnostics, policy } = await checkPolicy(text);
      const answer = { text, diagnostics, tokens, policy: policy === null ? null : summary(policy) };
      // Only the last text that was sent may come into force.
      if (mine === checks) room.putInForce(policy, text);
      else policy?.dispose();
      return answer;
    },

    async checkFile(name, bytes) {
      return (await checkPolicy({ name, text: bytes })).rendered;
    },
  };
}

function summary(policy: Policy): InForce {
  return { digest: policy.digest, policies: policy.policies };
}
