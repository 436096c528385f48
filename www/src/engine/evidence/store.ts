/** What is asked of a history. */

import type { Store } from "countersign";

export type ReadStore = Pick<Store, "head" | "history">;
