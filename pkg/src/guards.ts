/** Guards with the whole engine: by themselves, so that a bundler leaves them out, or fetches them later, where it can. */
import { holding } from "./engines/full.js";
import { type CreateGuard, guardIn } from "./guarding/create.js";

/**
 * A guard around tools: what the policy allows runs, what it escalates waits for a person and then runs once, what it
 * blocks does not run.
 *
 * @example
 * ```ts
 * const guard = createGuard({ policy, store: memoryStore(), agent: "support" });
 * const sendEmail = guard.wrap("email.send", reallySendEmail);
 * await sendEmail({ to: ["a@acme.com"], subject: "hi" }); // throws BlockedError or NotRunError if it does not run
 * ```
 */
export const createGuard: CreateGuard = /* @__PURE__ */ guardIn(holding);
