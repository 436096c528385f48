/** The demonstration's agent, as the page works it. */

import type { Room } from "../room.ts";
import type { DemoApi } from "./api.ts";

export function demoApi(_room: Room): DemoApi {
  return {};
}
