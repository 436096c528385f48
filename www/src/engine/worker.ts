/**
 * The worker that holds the engine: the page never blocks, and the policy in force has one owner.
 *
 * A fault (the engine cannot be loaded, or it trapped) is thrown and reaches the page as such; nothing is allowed then.
 */

import { expose } from "comlink";
import { checkPolicy, highlightPolicy, loadPolicy, type Policy } from "countersign";
import type { EngineApi, Failure, InForce } from "./api.ts";
import { traceText } from "./call-text.ts";
import { answered, failure } from "./failure.ts";
import { createFileRun } from "./file-run.ts";
import { createPartApi, isPart } from "./parts.ts";
import { createQueue, type Queue } from "./queue.ts";

/** Beyond this length a text is not coloured; the engine refuses it by default anyway. */
const HIGHLIGHT_LENGTH_MAX = 1_048_576;

let inForce: Policy | null = null;
/** The text of the policy in force. */
let textInForce = "";
let checks = 0;
/** Where the held calls are; nobody has said so yet. */
let queue: Queue | null = null;
const file = createFileRun();

const api: EngineApi = {
  async load(place, onServer) {
    queue ??= createQueue(place, onServer);
    await loadPolicy("rules: [{ tool: '*', action: block }]");
  },

  async check(text) {
    checks += 1;
    const mine = checks;
    putInForce(null);
    const tokens = text.length > HIGHLIGHT_LENGTH_MAX ? [] : await highlightPolicy(text);
    const { diagnostics, policy } = await checkPolicy(text);
    const answer = { text, diagnostics, tokens, policy: policy === null ? null : summary(policy) };
    // Only the last text that was sent may come into force.
    if (mine === checks) {
      textInForce = text;
      putInForce(policy);
    } else policy?.dispose();
    return answer;
  },

  async checkFile(name, bytes) {
    return (await checkPolicy({ name, text: bytes })).rendered;
  },

  async trace(callText, digest) {
    return withPolicy(digest, (policy) => traceText(policy, callText));
  },

  async escalate(callText, digest) {
    return withPolicy(digest, async (policy) => {
      const traced = await traceText(policy, callText);
      return traced.ok ? theQueue().open(policy, traced.call) : traced;
    });
  },

  async decideFile(chosen, digest, onProgress) {
    const before = file.policy();
    return withPolicy(digest, (policy) => {
      const end = file.decide(policy, textInForce, chosen, onProgress);
      retire(before);
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
      return line.traced.ok ? theQueue().open(policy, line.traced.call) : line.traced;
    });
  },

  queuePage: (cursor) => answered(() => theQueue().page(cursor)),
  readEscalation: (id) => answered(() => theQueue().read(id)),
  review: (id, answer) => answered(() => theQueue().review(id, answer)),
  undo: (id) => answered(() => theQueue().undo(id)),
};

function theQueue(): Queue {
  if (queue === null) throw new Error("the engine was not told where the held calls are");
  return queue;
}

/** Runs `work` with the policy in force, if it is the one that the page means. */
async function withPolicy<T>(digest: string, work: (policy: Policy) => T | Promise<T>): Promise<T | Failure> {
  const policy = inForce;
  if (policy === null) return failure("no-policy", "no policy is in force, so nothing is decided");
  if (policy.digest !== digest) return failure("policy-changed", "the policy has changed since; nothing was decided");
  return answered(() => work(policy));
}

function putInForce(policy: Policy | null): void {
  const before = inForce;
  inForce = policy;
  retire(before);
}

/** Gives back the memory of a policy that neither decides nor has decided the file on the page. */
function retire(policy: Policy | null): void {
  if (policy !== inForce && policy !== file.policy()) policy?.dispose();
}

function summary(policy: Policy): InForce {
  return { digest: policy.digest, policies: policy.policies };
}

expose(isPart ? createPartApi() : api);
