/** Looks at texts without putting them in force. */

import { checkPolicy, highlightPolicy } from "countersign";
import type { LibraryApi } from "./api.ts";

/** Beyond this length a text is not coloured; the engine refuses it by default anyway. */
const HIGHLIGHT_LENGTH_MAX = 1_048_576;

export function libraryApi(): LibraryApi {
  return {
    async look(text) {
      const tokens = text.length > HIGHLIGHT_LENGTH_MAX ? [] : await highlightPolicy(text);
      const { diagnostics, policy } = await checkPolicy(text);
      try {
        return { diagnostics, tokens, policy: policy && { digest: policy.digest, policies: policy.policies } };
      } finally {
        policy?.dispose();
      }
    },
  };
}
