/** The policy that a new page begins with: the smallest that works. */

import text from "../../../examples/policies/starter.yaml?raw";

export const FIRST = { title: "Starter", text } as const;
