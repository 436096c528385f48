/** Tells what a change of a policy widens, in a worker of its own, so that calls are decided and answered meanwhile. */

import type { InForce } from "../room.ts";
import type { WideningEnd } from "./api.ts";
import { startAlone } from "./parts.ts";

export interface WideningRun {
  /** Ends the one before, if that still runs. */
  tell(before: InForce, after: InForce): Promise<WideningEnd>;
  cancel(): void;
}

export function createWideningRun(): WideningRun {
  let cancel: () => void = () => undefined;
  return {
    async tell(before, after) {
      cancel();
      const cancelled = new Promise<null>((resolve) => {
        cancel = () => resolve(null);
      });
      const part = await startAlone(after, before);
      try {
        return { ok: true, widening: await Promise.race([part.widening(), cancelled]) };
      } finally {
        part.end();
      }
    },

    cancel: () => cancel(),
  };
}
