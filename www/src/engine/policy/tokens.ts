/** The tokens of a text as tables of numbers: tens of thousands cross from the worker to the page in no time. */

import type { Token } from "countersign";

export const TOKEN_KINDS = ["comment", "key", "string", "number", "boolean", "null", "alias"] as const;

/** One entry for each token, in the order of the text. */
export interface TokenTable {
  /** Places in {@link TOKEN_KINDS}. */
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

export const NO_TOKENS: TokenTable = tokenTable([]);

export function tokenTable(tokens: readonly Token[]): TokenTable {
  return {
    kinds: Uint8Array.from(tokens, ({ kind }) => TOKEN_KINDS.indexOf(kind)),
    starts: Uint32Array.from(tokens, ({ start }) => start),
    ends: Uint32Array.from(tokens, ({ end }) => end),
  };
}

/** The tokens of a table one by one. */
export function tokensOf({ kinds, starts, ends }: TokenTable): readonly Token[] {
  const token = (kind: number, at: number): Token => ({
    kind: TOKEN_KINDS[kind] ?? "string",
    start: starts[at] ?? 0,
    end: ends[at] ?? 0,
  });
  return Array.from(kinds, token);
}
