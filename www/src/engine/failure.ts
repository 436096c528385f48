/** Expected failures become answers; faults of the engine stay thrown. */

import { CallError, EscalationError, StoreError } from "countersign/review";
import type { Failure } from "./api.ts";

export function failure(code: string, message: string): Failure {
  return { ok: false, code, message };
}

/** The result of `work`, or its expected failure. Anything else is thrown on: the page then takes the engine for failed. */
export async function answered<T>(work: () => T | Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CallError || error instanceof EscalationError || error instanceof StoreError) {
      return failure(error.code, error.message);
    }
    throw error;
  }
}
