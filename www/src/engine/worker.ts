/**
 * The worker that holds the engine: the page never blocks, and the policy in force has one owner.
 *
 * A fault (the engine cannot be loaded, or it trapped) is thrown and reaches the page as such; nothing is allowed then.
 */

import { expose } from "comlink";
import { loadPolicy } from "countersign/review";
import { BUILD } from "../build.ts";
import type { EngineApi } from "./api.ts";
import { withLater } from "./later.ts";
import { PART_WORKER } from "./names.ts";
import { policyApi } from "./policy/answers.ts";
import { reviewApi } from "./review/answers.ts";
import { createRoom } from "./room.ts";
import type { PartApi } from "./simulate/parts.ts";

function createApi(): EngineApi {
  const room = createRoom();
  return withLater<EngineApi>(
    {
      async load(build, place, onServer) {
        if (build !== BUILD) throw new Error("it is of another version than the page; load the page again");
        await Promise.all([room.settle(place, onServer), loadPolicy("rules: [{ tool: '*', action: block }]")]);
      },
      ...policyApi(room),
      ...reviewApi(room),
    },
    [
      async () => (await import("./policy/help.ts")).helpApi(room),
      async () => (await import("./library/answers.ts")).libraryApi(),
      async () => (await import("./simulate/answers.ts")).simulateApi(room),
      async () => (await import("./evidence/answers.ts")).evidenceApi(room),
      async () => (await import("./demo/answers.ts")).demoApi(room),
    ],
  );
}

/** Decides parts of a file, beside the worker that holds the engine. */
function createPart(): PartApi {
  return withLater<PartApi>({}, [async () => (await import("./simulate/parts.ts")).createPartApi()]);
}

expose(self.name === PART_WORKER ? createPart() : createApi());
