/**
 * The worker that holds the engine: the page never blocks, and the policy in force has one owner.
 *
 * A fault (the engine cannot be loaded, or it trapped) is thrown and reaches the page as such; nothing is allowed then.
 */

import { expose } from "comlink";
import { loadPolicy } from "countersign";
import type { EngineApi } from "./api.ts";
import { demoApi } from "./demo/answers.ts";
import { evidenceApi } from "./evidence/answers.ts";
import { libraryApi } from "./library/answers.ts";
import { policyApi } from "./policy/answers.ts";
import { reviewApi } from "./review/answers.ts";
import { createRoom } from "./room.ts";
import { simulateApi } from "./simulate/answers.ts";
import { createPartApi, isPart } from "./simulate/parts.ts";

function createApi(): EngineApi {
  const room = createRoom();
  return {
    async load(place, onServer) {
      room.settle(place, onServer);
      await loadPolicy("rules: [{ tool: '*', action: block }]");
    },
    ...policyApi(room),
    ...libraryApi(),
    ...simulateApi(room),
    ...reviewApi(room),
    ...evidenceApi(room),
    ...demoApi(room),
  };
}

expose(isPart ? createPartApi() : createApi());
