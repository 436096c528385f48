/** The options `--max-bytes`, `--max-depth` and `--max-nodes`, which every command that reads policies has. */
import type { Limits } from "../types.js";
import { usageProblem } from "./problem.js";

/** For `parseArgs`. */
export const LIMIT_OPTIONS = {
  "max-bytes": { type: "string" },
  "max-depth": { type: "string" },
  "max-nodes": { type: "string" },
} as const;

/** For `--help`. */
export const LIMIT_HELP = `  --max-bytes N      size of a policy in bytes (1048576 unless written)
  --max-depth N      nesting of lists and maps (64 unless written)
  --max-nodes N      nodes after aliases are expanded (100000 unless written)
`;

type LimitValues = { readonly [option in keyof typeof LIMIT_OPTIONS]?: string | undefined };

/** @throws {@link Problem} `usage` if a value is not a positive integer. */
export function limitsFrom(values: LimitValues, command: string): Partial<Limits> {
  const limits: { -readonly [name in keyof Limits]?: number } = {};
  for (const name of ["bytes", "depth", "nodes"] as const) {
    const written = values[`max-${name}`];
    if (written === undefined) continue;
    const value = Number(written);
    if (!/^[0-9]+$/.test(written) || value < 1 || value > 0xffff_ffff) {
      throw usageProblem(`\`--max-${name}\` must be an integer from 1 to 4294967295, not \`${written}\``, command);
    }
    limits[name] = value;
  }
  return limits;
}
