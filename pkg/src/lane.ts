/** What was offered before: the earlier calls of the same agent, session and tool that a call is compared with. */
import type { Keys } from "./lifecycle.js";
import type { StoredEscalation } from "./stores/store.js";
import type { Writing } from "./writing.js";

/** How many of each kind are looked at. Rejections have a list of their own: nothing else pushes them out of it. */
const LANE_MAX = 50;

/** The earlier calls of the lane with these keys, the newest first within their kind. */
export async function laneOf(writing: Writing, keys: Keys): Promise<readonly StoredEscalation[]> {
  const others = await writing.stored((store) => store.list({ filter: { lane: keys.lane }, limit: LANE_MAX }));
  return [...(await rejectionsOf(writing, keys)), ...others.items];
}

/** Those that were rejected. */
export async function rejectionsOf(writing: Writing, { rejections }: Keys): Promise<readonly StoredEscalation[]> {
  return (await writing.stored((store) => store.list({ filter: { lane: rejections }, limit: LANE_MAX }))).items;
}
