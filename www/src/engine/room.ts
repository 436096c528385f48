/** What the parts of the worker share: the policy in force, which has this one owner, and where the held calls are. */

import { loadPolicy, type Policy } from "countersign";
import type { Place } from "../place.ts";
import type { Failure } from "./api.ts";
import type { AttentionKeeper } from "./attention/api.ts";
import { attentionIn } from "./attention/create.ts";
import { answered, failure } from "./failure.ts";
import { createQueue, type Queue } from "./review/queue.ts";

export interface Room {
  /** Says where the held calls are; only the first word counts. */
  settle(place: Place, onServer: (trouble: string | null) => void): void;
  /** Where the held calls are. Throws if nobody has said so. */
  place(): Place;
  queue(): Queue;
  /** What plants check cards in this browser's queue; `null` where another program has the queue. */
  attention(): AttentionKeeper | null;
  /** The policy in force and its text; `null` while there is none. */
  inForce(): { readonly policy: Policy; readonly text: string } | null;
  /**
   * The policy by which held calls are edited and explained: in this browser the one in force, else that of the server.
   * `null` if there is none.
   */
  reviewPolicy(): Promise<Policy | null>;
  /** Puts a policy in force, or none. The one before is disposed unless somebody keeps it. */
  putInForce(policy: Policy | null, text: string): void;
  /** Runs `work` with the policy in force, if it is the one that the page means. */
  withPolicy<T>(digest: string, work: (policy: Policy, text: string) => T | Promise<T>): Promise<T | Failure>;
  /** Gives back the memory of a policy that neither decides nor is kept. */
  retire(policy: Policy | null): void;
  /** From now on, the policy that `kept` answers is not disposed. */
  keep(kept: () => Policy | null): void;
}

interface Settled {
  readonly place: Place;
  readonly queue: Queue;
  readonly attention: AttentionKeeper | null;
}

export function createRoom(): Room {
  let inForce: { readonly policy: Policy; readonly text: string } | null = null;
  let settled: Settled | null = null;
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

  function retire(policy: Policy | null): void {
    if (policy === null || policy === inForce?.policy) return;
    if (!keepers.some((kept) => kept() === policy)) policy.dispose();
  }

  function settleAt(place: Place, onServer: (trouble: string | null) => void): Settled {
    if (place.kind === "api") return { place, queue: createQueue(place, onServer), attention: null };
    const policy = () => inForce?.policy ?? null;
    // A check card is drawn as real calls are, by the queue in which it waits.
    const attention = attentionIn({ space: place.space, present: (record) => queue.card(record, policy()), policy });
    const queue = createQueue(place, onServer, attention);
    return { place, queue, attention };
  }

  return {
    settle(place, onServer) {
      settled ??= settleAt(place, onServer);
    },
    place: () => whereCallsAre().place,
    queue: () => whereCallsAre().queue,
    attention: () => whereCallsAre().attention,
    inForce: () => inForce,
    reviewPolicy,
    putInForce(policy, text) {
      const before = inForce;
      inForce = policy === null ? null : { policy, text };
      retire(before?.policy ?? null);
    },
    async withPolicy(digest, work) {
      if (inForce === null) return failure("no-policy", "no policy is in force, so nothing is decided");
      const { policy, text } = inForce;
      if (policy.digest !== digest)
        return failure("policy-changed", "the policy has changed since; nothing was decided");
      return answered(() => work(policy, text));
    },
    retire,
    keep(kept) {
      keepers.push(kept);
    },
  };
}
