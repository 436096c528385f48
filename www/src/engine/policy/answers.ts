/** Checks a policy text, and puts it in force. */

import { checkPolicy, type Diagnostic, highlightPolicy, type LoadOptions, type Policy } from "countersign/review";
import type { Room } from "../room.ts";
import type { CheckApi, InForce, TestsOutcome } from "./api.ts";
import { NO_TOKENS, tokenTable } from "./tokens.ts";

/** Beyond this length a text is not coloured; the engine refuses it by default anyway. */
const HIGHLIGHT_LENGTH_MAX = 1_048_576;

export function policyApi(room: Room): CheckApi {
  let checks = 0;
  return {
    async check(text, given) {
      if (given !== undefined) room.useTools(given);
      checks += 1;
      const mine = checks;
      room.putInForce(null, "");
      const tokens = text.length > HIGHLIGHT_LENGTH_MAX ? NO_TOKENS : tokenTable(await highlightPolicy(text));
      const tools = room.tools();
      const { diagnostics: found, policy } = await checkPolicy(text, toolsOf(room));
      const diagnostics = ofText(found);
      const understood = policy === null ? null : summary(policy);
      const answer = { text, diagnostics, tokens, policy: understood, tests: policy === null ? null : tested(policy) };
      // Only the last text that was sent may come into force.
      if (mine === checks) room.putInForce(policy, text, tools);
      else policy?.dispose();
      return answer;
    },
  };
}

/** The catalogue that policies are loaded with now. */
export function toolsOf(room: Room): LoadOptions {
  const tools = room.tools();
  return tools === null ? {} : { tools };
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

/** What became of the tests, and no more of it than is shown. */
function tested(policy: Policy): TestsOutcome | null {
  const [run] = policy.runTests();
  if (run === undefined) return null;
  const { passed, failed, rules } = run;
  return {
    passed,
    failed,
    tests: run.tests.map(({ name, span, passed, message, fix }) => ({ name, span, passed, message, fix })),
    decides: Uint32Array.from(rules, ({ decides }) => decides),
    matches: Uint32Array.from(rules, ({ matches }) => matches),
  };
}
