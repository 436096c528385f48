/** Attention that plants nothing. */

import type { Attention } from "../attention/api.ts";

export const NO_ATTENTION: Attention = {
  pending: async () => [],
  read: async () => null,
  answer: async () => null,
  reviewed: async () => undefined,
};
