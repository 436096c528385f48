/**
 * The one place where the page trusts a script address; that worker trusts its own in `trusted-part.ts`.
 *
 * The content security policy demands Trusted Types and names this policy only; it lets exactly one literal address through: our own worker.
 */

import workerAddress from "./worker.ts?worker&url";

interface TrustedPolicy {
  createScriptURL(address: string): unknown;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): TrustedPolicy;
}

const trustedTypes = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;

const policy = trustedTypes?.createPolicy("countersign-worker", {
  createScriptURL(address) {
    if (address !== workerAddress) throw new TypeError("not the address of the engine's worker");
    return address;
  },
});

/** Starts the worker that holds the engine. */
export function startWorker(): Worker {
  const address = policy === undefined ? workerAddress : policy.createScriptURL(workerAddress);
  // A TrustedScriptURL is what the constructor takes at runtime; the DOM types know only strings.
  return new Worker(address as string, { type: "module", name: "countersign" });
}
