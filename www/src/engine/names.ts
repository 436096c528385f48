/** The names by which the worker's script knows what it is. */

/** Holds the engine and the policy in force. */
export const ENGINE_WORKER = "countersign";

/** Decides parts of a file. */
export const PART_WORKER = "countersign-part";
