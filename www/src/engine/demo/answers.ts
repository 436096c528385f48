/** The demonstration's agent, as the page works it. It is fetched only where there is a demonstration. */

import type { Room } from "../room.ts";
import type { Agent } from "./agent.ts";
import type { DemoApi } from "./api.ts";

export function demoApi(room: Room): DemoApi {
  let starting: Promise<Agent> | null = null;

  /** The agent, or `null` if this is no demonstration: nothing of it ever touches what is real. */
  async function agent(): Promise<Agent | null> {
    const place = room.place();
    if (place.kind !== "demo") return null;
    starting ??= import("./agent.ts").then(({ createAgent }) => createAgent(room, place));
    return starting;
  }

  return {
    demoFollow: async (onNow) => (await agent())?.follow(onNow),
    demoPlay: async () => (await agent())?.play(),
    demoPause: async () => (await agent())?.pause(),
    demoNext: async () => (await agent())?.next(),
    demoSpeed: async (speed) => (await agent())?.speed(speed),
  };
}
