/** Starts this worker's own script once more, which is all that its Trusted Types policy lets through. */

import { PART_WORKER } from "../names.ts";

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): { createScriptURL(address: string): unknown };
}

const trustedTypes = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;

const policy = trustedTypes?.createPolicy("countersign-worker", {
  createScriptURL(address) {
    if (address !== self.location.href) throw new TypeError("not the address of this worker");
    return address;
  },
});

/** Starts a worker that decides parts of a file. */
export function startPartWorker(): Worker {
  const own = self.location.href;
  const address = policy === undefined ? own : policy.createScriptURL(own);
  return new Worker(address as string, { type: "module", name: PART_WORKER });
}
