/** Helps who writes a policy. */

import { checkPolicy, completePolicy, describePolicy } from "countersign";
import type { Room } from "../room.ts";
import { toolsOf } from "./answers.ts";
import type { HelpApi } from "./api.ts";

export function helpApi(room: Room): HelpApi {
  return {
    complete: (text, offset) => completePolicy(text, offset, toolsOf(room)),
    describe: (text, offset) => describePolicy(text, offset, toolsOf(room)),
    checkFile: async (name, bytes) => (await checkPolicy({ name, text: bytes })).rendered,
  };
}
