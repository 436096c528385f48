/** Answers questions about a policy text, and puts it in force. */

import { checkPolicy, type Diagnostic, highlightPolicy, type Policy } from "countersign";
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
      const tools = room.tools();
      const { diagnostics: found, policy } = await checkPolicy(text, tools === null ? {} : { tools });
      const diagnostics = ofText(found);
      const answer = { text, diagnostics, tokens, policy: policy === null ? null : summary(policy) };
      // Only the last text that was sent may come into force.
      if (mine === checks) room.putInForce(policy, text, tools);
      else policy?.dispose();
      return answer;
    },

    async checkFile(name, bytes) {
      return (await checkPolicy({ name, text: bytes })).rendered;
    },
  };
}

/** The problems of the policy's text. Those of the tool catalogue have no place in it, and are told elsewhere. */
function ofText(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const inTools = found.find(({ source, severity }) => source > 0 && severity === "error");
  const ours = found.filter(({ source }) => source === 0);
  if (inTools === undefined) return ours;
  const { code, severity, message } = inTools;
  const span = { start: 0, end: 0, line: 1, column: 1 };
  const help = "remove the tool catalogue in Simulate, or import a better one";
  const told = `the tool catalogue cannot be used: ${message}`;
  return [{ code, severity, source: 0, span, message: told, label: null, related: [], help, fixes: [] }, ...ours];
}

function summary(policy: Policy): InForce {
  return { digest: policy.digest, policies: policy.policies };
}
