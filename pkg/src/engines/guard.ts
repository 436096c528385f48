/** The engine for guards: it reads policies, and says of a problem only what and where it is. */
import { createEngine, createHolding, type HoldingStack, refusedCall, type Source } from "../core.js";
import { deciding } from "../deciding.js";
import type { Diagnostic, Limits } from "../types.js";
import * as wasm from "../wasm/countersign_guard.js";
import { watching } from "../watching.js";

/** The engine. */
export const engine = createEngine(wasm).decideWith({ ...deciding, watching });

/** Escalations in it. */
export const holding = createHolding(engine, wasm);

/** What this engine says of a problem. */
export type Found = Pick<Diagnostic, "code" | "severity" | "source" | "span">;

/** What became of policy texts: errors, or the policies. */
export interface Loaded {
  readonly errors: readonly Found[];
  readonly stack: HoldingStack | null;
}

/** Reads policy texts, and a tool catalogue if there is one. The engine must be ready. */
export function load(
  sources: readonly Source[],
  tools: Source | undefined,
  limits: Partial<Limits> | undefined,
): Loaded {
  return engine.answer(refusedCall, () => {
    const loaded = wasm.load([...sources], tools, limits);
    try {
      const stack = loaded.stack();
      return { errors: loaded.diagnostics() as Found[], stack: stack ? holding.holding(stack) : null };
    } finally {
      loaded.free();
    }
  });
}
