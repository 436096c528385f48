/** The check card of the demonstration: asked for in the afternoon, and not left to chance. */

import type { Room } from "../room.ts";
import type { Actor } from "./acting.ts";
import { stateOf } from "./day.ts";
import { CHECKS } from "./past.ts";

/** Once this step is done, a check card is wanted. */
const FROM = "m-103";
/** Of so many calls, the newest, one is its pattern. */
const SAMPLE = 100;

/** Has a check card planted when its time has come, and notices that it was answered. */
export async function lookAtCheck(room: Room, { stage, people }: Actor): Promise<void> {
  const attention = room.attention();
  const { check } = stage.day();
  if (attention === null || check === "answered" || stateOf(stage.day(), FROM).state !== "done") return;
  if ((await attention.report()).shown > CHECKS) {
    // By chance one may have come before.
    await stage.put({ ...stage.day(), check: "answered" });
    return;
  }
  const isWaiting = (await attention.pending(Date.now())).length > 0;
  // What nobody answered in time is planted again.
  const isThere = isWaiting || (await attention.plantNow((await people.list({ limit: SAMPLE })).items));
  if (isThere === (check === "planted")) return;
  await stage.put({ ...stage.day(), check: isThere ? "planted" : "none" });
  stage.changed();
}
