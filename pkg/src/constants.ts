/** Words that several parts of the package, and the app, must agree on. */
import type { Status } from "./lifecycle.js";

/** Where an escalation can stand. */
export const STATUSES: readonly Status[] = Object.freeze(["pending", "approved", "rejected", "expired", "withdrawn"]);

/** The guard of what no guard holds: nothing ever runs it. */
export const NO_GUARD = "-";
