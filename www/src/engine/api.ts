/** The engine's worker as the page sees it: plain data only. Each view has its part of it in a folder beside this file. */

import type { Place } from "../place.ts";
import type { DemoApi } from "./demo/api.ts";
import type { EvidenceApi } from "./evidence/api.ts";
import type { LibraryApi } from "./library/api.ts";
import type { PolicyApi } from "./policy/api.ts";
import type { ReviewApi } from "./review/api.ts";
import type { SimulateApi } from "./simulate/api.ts";

/** An operation that did not happen. Expected failures are returned; only faults of the engine are thrown. */
export interface Failure {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
}

export interface LoadApi {
  /**
   * Loads the engine, and says where the held calls are. Throws if it cannot be loaded, or if it is of another build than the
   * page's.
   * `onServer` hears why the server there does not answer, and `null` once it does.
   */
  load(build: string, place: Place, onServer: (trouble: string | null) => void): Promise<void>;
}

export type EngineApi = LoadApi & PolicyApi & LibraryApi & SimulateApi & ReviewApi & EvidenceApi & DemoApi;
