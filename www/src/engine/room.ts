/** What the parts of the worker share: the policy in force, which has this one owner, and where the held calls are. */

import { type EscalationRecord, loadPolicy, type Policy } from "countersign/review";
import type { Place } from "../place.ts";
import type { Failure } from "./api.ts";
import type { AttentionKeeper } from "./attention/api.ts";
import { attentionIn } from "./attention/create.ts";
import { answered, failure } from "./failure.ts";
import { historyOf } from "./history-of.ts";
import { type AttentionOf, createQueue, type Queue } from "./review/queue.ts";
import type { Tools } from "./simulate/api.ts";
import { storeAt } from "./store.ts";

/** A policy that decides, and what it was loaded from. */
export interface InForce {
  readonly policy: Policy;
  readonly text: string;
  readonly tools: Tools | null;
}

export interface Room {
  /**
   * Says where the held calls are; only the first word counts. `onServer` hears why the server there does not answer, and
   * `null` once it does. Rejects if the code for that place cannot be fetched.
   */
  settle(place: Place, onServer: (trouble: string | null) => void): Promise<void>;
  /** Where the held calls are. Throws if nobody has said so. */
  place(): Place;
  queue(): Queue;
  /** What plants check cards in this queue; `null` until somebody has said where it is. */
  attention(): AttentionKeeper | null;
  /** The policy in force and its text; `null` while there is none. */
  inForce(): InForce | null;
  /**
   * The policy by which held calls are edited and explained: in this browser the one in force, else that of the server.
   * `null` if there is none.
   */
  reviewPolicy(): Promise<Policy | null>;
  /** Puts a policy in force, or none. The one before is disposed unless somebody keeps it. */
  putInForce(policy: Policy | null, text: string, tools?: Tools | null): void;
  /** The tool catalogue with which policies are loaded from now on; `null` for none. */
  tools(): Tools | null;
  useTools(tools: Tools | null): void;
  /** Runs `work` with the policy in force, if it is the one that the page means. */
  withPolicy<T>(digest: string, work: (policy: Policy, inForce: InForce) => T | Promise<T>): Promise<T | Failure>;
  /** Gives back the memory of a policy that neither decides nor is kept. */
  retire(policy: Policy | null): void;
  /** From now on, the policy that `kept` answers is not disposed. */
  keep(kept: () => Policy | null): void;
}

export function createRoom(): Room {
  let inForce: InForce | null = null;
  let tools: Tools | null = null;
  let settled: { readonly place: Place; readonly queue: Queue } | null = null;
  let attention: AttentionKeeper | null = null;
  /** That of the server is loaded once. */
  let ofServer: Promise<Policy | null> | null = null;
  const keepers: (() => Policy | null)[] = [];

  function whereCallsAre() {
    if (settled === null) throw new Error("the engine was not told where the held calls are");
    return settled;
  }

  function reviewPolicy(): Promise<Policy | null> {
    const { place } = whereCallsAre();
    if (place.kind !== "api") return Promise.resolve(inForce?.policy ?? null);
    ofServer ??= place.policies.length === 0 ? Promise.resolve(null) : loadPolicy([...place.policies]);
    return ofServer;
  }

  const policy = () => inForce?.policy ?? null;

  function retire(policy: Policy | null): void {
    if (policy === null || policy === inForce?.policy) return;
    if (!keepers.some((kept) => kept() === policy)) policy.dispose();
  }

  return {
    async settle(place, onServer) {
      const store = await storeAt(place, onServer);
      const space = place.kind === "api" ? "countersign" : place.space;
      const attentionOf: AttentionOf = (present) => {
        const history = historyOf(place, store);
        const asReal = async (record: EscalationRecord) => present(record, await reviewPolicy());
        attention = attentionIn({ space, history, present: asReal, policy });
        return attention;
      };
      settled ??= { place, queue: createQueue(place, store, attentionOf) };
    },
    place: () => whereCallsAre().place,
    queue: () => whereCallsAre().queue,
    attention: () => attention,
    inForce: () => inForce,
    reviewPolicy,
    tools: () => tools,
    useTools(next) {
      tools = next;
    },
    putInForce(policy, text, withTools = null) {
      const before = inForce;
      inForce = policy === null ? null : { policy, text, tools: withTools };
      retire(before?.policy ?? null);
    },
    async withPolicy(digest, work) {
      if (inForce === null) return failure("no-policy", "no policy is in force, so nothing is decided");
      const now = inForce;
      const { policy } = now;
      if (policy.digest !== digest)
        return failure("policy-changed", "the policy has changed since; nothing was decided");
      return answered(() => work(policy, now));
    },
    retire,
    keep(kept) {
      keepers.push(kept);
    },
  };
}
