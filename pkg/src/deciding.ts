/** What deciding calls needs beside the engine. Who only shows held calls and takes answers does without. */
import { snapshotCall } from "./call.js";
import { readField } from "./fields.js";
import { createPlanned } from "./planned.js";

/** See {@link Engine.decideWith}. */
export interface Deciding {
  readonly createPlanned: typeof createPlanned;
  readonly snapshotCall: typeof snapshotCall;
  readonly readField: typeof readField;
}

/** All of it. */
export const deciding: Deciding = { createPlanned, snapshotCall, readField };
