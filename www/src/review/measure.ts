/** How large a call is to read, and how much in it would not be seen. */

import type { Call } from "countersign";
import { hiddenCount } from "../text/visible.ts";

/** More than a person reads through before answering. */
const VALUES_MAX = 2_000;
const CHARACTERS_MAX = 100_000;

export interface Measure {
  /** Hidden characters, in keys, tool and the agent's own words too. */
  readonly hidden: number;
  readonly tooLarge: boolean;
}

export function measure(call: Call): Measure {
  const texts: string[] = [];
  let values = 0;
  // Depth is at most 128 levels, which the package makes sure of.
  const walk = (value: unknown): void => {
    values += 1;
    if (typeof value === "string") texts.push(value);
    if (typeof value !== "object" || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      if (!Array.isArray(value)) texts.push(key);
      walk(part);
    }
  };
  walk(call);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const tooLarge = values > VALUES_MAX || characters > CHARACTERS_MAX;
  return { hidden: texts.reduce((sum, text) => sum + hiddenCount(text), 0), tooLarge };
}
