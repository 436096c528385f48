/**
 * The one place where the page trusts script addresses; that worker trusts its own in `trusted-part.ts`.
 *
 * The content security policy demands Trusted Types and names this policy only; it lets two literal addresses through: our own
 * worker and our own service worker.
 */

import { ENGINE_WORKER } from "./names.ts";
import workerAddress from "./worker.ts?worker&url";

/** Beside the page, so that it may serve the whole folder and nothing else. */
const SERVICE_WORKER = "./service-worker.js";

interface TrustedPolicy {
  createScriptURL(address: string): unknown;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): TrustedPolicy;
}

const trustedTypes = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;

const policy = trustedTypes?.createPolicy("countersign-worker", {
  createScriptURL(address) {
    if (address !== workerAddress && address !== SERVICE_WORKER)
      throw new TypeError("not the address of our own worker");
    return address;
  },
});

/** The address as the sinks take it: a TrustedScriptURL at runtime, of which the DOM types know only strings. */
function trusted(address: string): string {
  return policy === undefined ? address : (policy.createScriptURL(address) as string);
}

/** Starts the worker that holds the engine. */
export function startWorker(): Worker {
  return new Worker(trusted(workerAddress), { type: "module", name: ENGINE_WORKER });
}

/** Registers the service worker. A browser that is told to allow none may resolve to nothing. */
export function registerServiceWorker(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker.register(trusted(SERVICE_WORKER), { updateViaCache: "none" });
}
