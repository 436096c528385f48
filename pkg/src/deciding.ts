/** What deciding calls needs beside the engine. Who only shows held calls and takes answers does without. */
import { snapshotCall } from "./call.js";
import { readField } from "./fields.js";
import { createPlanned } from "./planned.js";
import type { watching } from "./watching.js";

/** See {@link Engine.decideWith}. */
export interface Deciding {
  readonly createPlanned: typeof createPlanned;
  readonly snapshotCall: typeof snapshotCall;
  readonly readField: typeof readField;
  /** Where calls can be held. */
  readonly watching?: typeof watching;
}

/** All that a compiled policy needs. */
export const deciding: Deciding = { createPlanned, snapshotCall, readField };
