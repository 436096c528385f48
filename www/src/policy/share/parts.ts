/** Leaves the tests out of a policy text that is to be shared, by the engine's own reading of it. */

import { lookAt } from "../library/state.ts";

export type TestsPart =
  | { readonly state: "none" }
  /** `without` is the text without them: the same policy, as the engine says. */
  | { readonly state: "apart"; readonly without: string }
  /** They cannot be taken out; `why` says it. */
  | { readonly state: "inside"; readonly why: string };

/** How the tests stand in `text`. */
export async function testsIn(text: string): Promise<TestsPart> {
  const looked = await lookAt(text);
  if (looked === null) return { state: "inside", why: "the engine is not running" };
  const keys = looked.tokens.filter(({ kind }) => kind === "key");
  const top = keys.filter(({ start }) => start === 0 || text.charAt(start - 1) === "\n");
  const at = top.findIndex(({ start, end }) => bare(text.slice(start, end)) === "tests");
  const tests = top[at];
  if (tests === undefined) {
    const isElsewhere = keys.some(({ start, end }) => bare(text.slice(start, end)) === "tests");
    return isElsewhere ? { state: "inside", why: "they do not stand in lines of their own" } : { state: "none" };
  }
  const next = top[at + 1];
  const end = next === undefined ? text.length : commentsBefore(text, next.start);
  const without = text.slice(0, tests.start) + text.slice(end);
  if (looked.policy === null) return { state: "inside", why: "the text has errors" };
  const left = await lookAt(without);
  // Tests are no part of the digest: what is left must be the same policy to the letter.
  return left?.policy?.digest === looked.policy.digest
    ? { state: "apart", without }
    : { state: "inside", why: "the rules use parts of them" };
}

/** The comment lines right above a key belong to it. */
function commentsBefore(text: string, start: number): number {
  let from = start;
  for (;;) {
    const line = text.lastIndexOf("\n", from - 2) + 1;
    if (line >= from || !text.slice(line, from).startsWith("#")) return from;
    from = line;
  }
}

/** A key may be quoted. */
function bare(key: string): string {
  return key.replace(/^(["'])(.*)\1$/, "$2").replace(/\s*:$/, "");
}
