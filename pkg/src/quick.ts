/**
 * The tests that need no judgement, made here: a number against a bound, text against text, a plain path
 * against folders.
 *
 * What they mean and which there are, the engine says (`src/decide/quick.rs`). A test that meets anything else than a
 * plain value of the expected type leaves the decision to the engine.
 */
import { isUnicode } from "./call.js";
import { absent, type Field, type Reading, valueAt } from "./fields.js";

/** What one policy comes to by quick tests. */
export interface QuickWays {
  /** The first of these whose tests all hold decides. */
  readonly rules: readonly { readonly tests: readonly QuickTest[]; readonly way: number | null }[];
  /** What is decided if none does. */
  readonly none: number | null;
  /** The ways are below this. */
  readonly count: number;
}

/** What must hold of what belongs in a slot. */
export type QuickTest = { readonly slot: number } & (
  | { readonly is: "above" | "at_least" | "below" | "at_most"; readonly of: number }
  | { readonly is: "in"; readonly of: readonly (string | number | boolean)[] }
  | { readonly is: "starts_with" | "ends_with" | "contains"; readonly of: string }
  | { readonly is: "under"; readonly of: readonly string[] }
  | { readonly is: "engine" }
);

/** Only the engine can tell. */
export const UNSETTLED = -1;

type Truth = boolean | null;

/** As `TEXT_UNITS_MAX` of the engine. */
const TEXT_UNITS_MAX = 4_096;
/** As `is_plain` of the engine's paths, for text that is no longer than the above. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/;

const SLASH = 0x2f;
const CASE_BIT = 0x20;

interface Test {
  readonly slot: number;
  readonly asked: Field;
  readonly holds: (value: unknown) => Truth;
}

interface Rule {
  readonly tests: readonly Test[];
  readonly way: number;
}

/** The quick tests of one policy, ready to be made. */
export interface Quick {
  readonly rules: readonly Rule[];
  readonly none: number;
  readonly count: number;
}

/** Makes the tests of `policies`, about the fields `asked`, ready. */
export function quickOf(policies: readonly QuickWays[], asked: readonly Field[]): readonly Quick[] {
  const test = (test: QuickTest): Test => ({ slot: test.slot, asked: asked[test.slot] as Field, holds: testOf(test) });
  return policies.map(({ rules, none, count }) => ({
    rules: rules.map(({ tests, way }) => ({ tests: tests.map(test), way: way ?? UNSETTLED })),
    none: none ?? UNSETTLED,
    count,
  }));
}

/** The outcome of the call of `reading`; {@link UNSETTLED} if the engine must be asked. */
export function quickOutcome(policies: readonly Quick[], reading: Reading): number {
  if (policies.length === 0) return UNSETTLED;
  let outcome = 0;
  for (let at = 0; at < policies.length; at += 1) {
    const policy = policies[at] as Quick;
    const way = wayOf(policy, reading);
    if (way === UNSETTLED) return UNSETTLED;
    outcome = outcome * policy.count + way;
  }
  return outcome * 2;
}

function wayOf({ rules, none }: Quick, reading: Reading): number {
  for (let at = 0; at < rules.length; at += 1) {
    const { tests, way } = rules[at] as Rule;
    const truth = allHold(tests, reading);
    if (truth === true) return way;
    if (truth === null) return UNSETTLED;
  }
  return none;
}

/** Where one leaves it open, a later one could still settle all; but then the engine is to see the value as well. */
function allHold(tests: readonly Test[], reading: Reading): Truth {
  for (let at = 0; at < tests.length; at += 1) {
    const { slot, asked, holds } = tests[at] as Test;
    const truth = holds(valueAt(reading, slot, asked));
    if (truth !== true) return truth;
  }
  return true;
}

function testOf(test: QuickTest): (value: unknown) => Truth {
  switch (test.is) {
    case "above":
      return (value) => (isExact(value) ? value > test.of : otherwise(value));
    case "at_least":
      return (value) => (isExact(value) ? value >= test.of : otherwise(value));
    case "below":
      return (value) => (isExact(value) ? value < test.of : otherwise(value));
    case "at_most":
      return (value) => (isExact(value) ? value <= test.of : otherwise(value));
    case "starts_with":
      return (value) => (isShortText(value) ? value.startsWith(test.of) : otherwise(value));
    case "ends_with":
      return (value) => (isShortText(value) ? value.endsWith(test.of) : otherwise(value));
    case "contains":
      return (value) => (isShortText(value) ? value.includes(test.of) : otherwise(value));
    case "in":
      return isIn(test.of);
    case "under":
      return isUnder(test.of);
    case "engine":
      return () => null;
  }
}

function isIn(operands: readonly (string | number | boolean)[]): (value: unknown) => Truth {
  const all = new Set<unknown>(operands);
  if (typeof operands[0] === "string") return (value) => (isShortText(value) ? all.has(value) : otherwise(value));
  if (typeof operands[0] === "number") return (value) => (isExact(value) ? all.has(value) : otherwise(value));
  return (value) => (typeof value === "boolean" ? all.has(value) : otherwise(value));
}

function isUnder(folders: readonly string[]): (value: unknown) => Truth {
  return (path) => {
    if (!isShortText(path)) return otherwise(path);
    if (!PLAIN_PATH.test(path)) return null;
    let truth: Truth = false;
    for (let at = 0; at < folders.length; at += 1) {
      const one = isUnderOne(path, folders[at] as string);
      if (one === true) return true;
      if (one === null) truth = null;
    }
    return truth;
  };
}

function isUnderOne(path: string, folder: string): Truth {
  const { length } = folder;
  if (path.length < length || (path.length > length && path.charCodeAt(length) !== SLASH)) return false;
  let truth: Truth = true;
  for (let at = 0; at < length; at += 1) {
    const one = path.charCodeAt(at);
    const other = folder.charCodeAt(at);
    if (one === other) continue;
    // Of the characters of a plain path only a letter of the other case differs in this bit alone.
    if ((one | CASE_BIT) !== (other | CASE_BIT)) return false;
    truth = null;
  }
  return truth;
}

function isExact(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value.length <= TEXT_UNITS_MAX && isUnicode(value);
}

/** Of nothing, no test holds. */
function otherwise(value: unknown): Truth {
  return value === absent ? false : null;
}
