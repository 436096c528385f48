/** From whatever was given to a frozen call that is ours: read once, plain data, nothing that can change or run code. */
import { CallError, type CallErrorCode, messageOf } from "./errors.js";
import type { Call } from "./types.js";

/** Levels of lists and maps that a call may have, itself included. */
export const CALL_DEPTH_MAX = 100;
/** Values that a call may have, counted each time they are reached. */
export const CALL_VALUES_MAX = 1_000_000;
/** UTF-16 code units of text that a call may have, keys included, counted each time they are reached: 16 Mi. */
export const CALL_TEXT_MAX = 16 * 1024 * 1024;
/** The longest name of a tool, in bytes of UTF-8. */
export const TOOL_BYTES_MAX = 1_024;

/** What calls are made of. `null`: an agent that reports nonsense about itself is for the policy to judge. */
const CALL_KEYS = {
  tool: ["a string"],
  args: ["an object"],
  reason: ["a string"],
  confidence: null,
  agent: ["a string", "an object"],
  user: ["a string", "an object"],
  session: ["a string", "an object"],
  context: ["an object"],
  tenant: ["a string"],
  toolDigest: ["a string"],
} as const;

/** With the flag `u` this finds only surrogates that are not part of a pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/;

/** Where the copying of one call stands. */
interface Copying {
  /** How many lists and maps are around what is copied. */
  readonly outside: number;
  /** Keys and indexes that lead to the present value. */
  readonly trail: (string | number)[];
  /** The lists and maps that the present value is in. */
  readonly around: Set<object>;
  values: number;
  text: number;
}

/**
 * Copies `value` into a frozen call that shares nothing with it.
 *
 * Only own enumerable properties count, and each is read once.
 * A property that is `undefined` is absent, and top-level keys that calls do not have are not copied.
 * What is decided, shown to a reviewer and run later is this copy, never the caller's object.
 *
 * @throws {@link CallError} if `value` is not plain data in the shape of a call; its `path` says where.
 *
 * @example
 * ```ts
 * const call = snapshotCall({ tool: "file.read", args: { path: "/srv/a" } });
 * Object.isFrozen(call.args); // true
 * snapshotCall({ tool: "file.read", args: { at: new Date() } }); // throws CallError "not-plain", path "args.at"
 * ```
 */
export function snapshotCall(value: unknown): Call {
  const copying: Copying = { outside: 0, trail: [], around: new Set(), values: 0, text: 0 };
  try {
    return copyCall(value, copying);
  } catch (error) {
    if (error instanceof CallError) throw error;
    // A proxy may throw whatever it likes.
    const path = pathOf(copying);
    throw new CallError("not-plain", `${place(path)} cannot be read: ${messageOf(error)}`, path, { cause: error });
  }
}

/** A frozen copy of a list or map with `outside` others around it; `undefined` if it is not plain data. */
export function snapshotValue(value: object, outside: number): unknown {
  try {
    return copyValue(value, { outside, trail: [], around: new Set(), values: 0, text: 0 });
  } catch {
    return undefined;
  }
}

/** Whether `text` has no half of a surrogate pair. */
export function isUnicode(text: string): boolean {
  // Text of Latin letters, as most is, answers this at once.
  return text.isWellFormed?.() ?? !LONE_SURROGATE.test(text);
}

function copyCall(value: unknown, copying: Copying): Call {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal("not-an-object", copying, `must be an object, not ${kindOf(value)}`);
  }
  checkPlain(value, copying);
  if (Object.getOwnPropertyDescriptor(value, "__proto__")) throw forbiddenKey(copying);
  copying.around.add(value);
  const entries: [string, unknown][] = [];
  for (const [key, kinds] of Object.entries(CALL_KEYS)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!property?.enumerable) continue;
    copying.trail.push(key);
    const given = dataOf(property, copying);
    if (given !== undefined) {
      checkKind(given, kinds, copying);
      entries.push([key, copyValue(given, copying)]);
    }
    copying.trail.pop();
  }
  const call: Partial<Call> = freezeMap(entries);
  if (!Object.hasOwn(call, "tool") || call.tool === "") throw refusal("missing-tool", copying, "must name its `tool`");
  if (new TextEncoder().encode(call.tool).length > TOOL_BYTES_MAX) {
    throw refusal("too-long", copying, `has a \`tool\` of more than ${TOOL_BYTES_MAX} bytes`);
  }
  return call as Call;
}

function checkKind(given: unknown, expected: readonly string[] | null, copying: Copying): void {
  const kind = kindOf(given);
  if (expected && !expected.includes(kind)) {
    throw refusal("wrong-type", copying, `must be ${expected.join(" or ")}, not ${kind}`);
  }
}

function copyValue(value: unknown, copying: Copying): unknown {
  copying.values += 1;
  if (copying.values > CALL_VALUES_MAX) throw tooLarge(copying);
  switch (typeof value) {
    case "string":
      return checkText(value, copying);
    case "number":
      if (!Number.isFinite(value)) throw refusal("not-finite", copying, `is ${value}, which JSON does not have`);
      return value;
    case "boolean":
      return value;
    case "object":
      return value === null ? null : copyNested(value, copying);
    default:
      throw notPlain(copying, kindOf(value));
  }
}

function copyNested(value: object, copying: Copying): unknown {
  if (copying.around.has(value)) throw refusal("cycle", copying, "contains itself");
  if (copying.outside + copying.around.size >= CALL_DEPTH_MAX) {
    throw refusal("too-deep", copying, `is nested too deep: a call may have at most ${CALL_DEPTH_MAX} levels`);
  }
  copying.around.add(value);
  const copy = Array.isArray(value) ? copyList(value, copying) : copyMap(value, copying);
  copying.around.delete(value);
  return copy;
}

function copyList(list: readonly unknown[], copying: Copying): readonly unknown[] {
  // `Array.prototype`, of whatever realm, is a list itself; that of a class is not.
  if (!Array.isArray(Object.getPrototypeOf(list))) throw notPlain(copying, "a list of its own class");
  const length: unknown = list.length;
  if (typeof length !== "number" || length > CALL_VALUES_MAX) throw tooLarge(copying);
  const copy: unknown[] = [];
  for (let index = 0; index < length; index += 1) {
    copying.trail.push(index);
    const property = Object.getOwnPropertyDescriptor(list, index);
    if (!property) throw notPlain(copying, "a hole in a list");
    copy.push(copyValue(dataOf(property, copying), copying));
    copying.trail.pop();
  }
  // Own keys are the indexes, then names, then symbols.
  for (const key of Reflect.ownKeys(list).slice(length)) {
    if (Object.getOwnPropertyDescriptor(list, key)?.enumerable) throw notPlain(copying, "a list with named properties");
  }
  return Object.freeze(copy);
}

function copyMap(map: object, copying: Copying): Readonly<Record<string, unknown>> {
  checkPlain(map, copying);
  const entries: [string, unknown][] = [];
  for (const key of Reflect.ownKeys(map)) {
    const property = Object.getOwnPropertyDescriptor(map, key);
    if (!property?.enumerable) continue;
    if (typeof key === "symbol") throw notPlain(copying, "an object with a symbol as key");
    if (key === "__proto__") throw forbiddenKey(copying);
    copying.trail.push(key);
    checkText(key, copying);
    const value = dataOf(property, copying);
    if (value !== undefined) entries.push([key, copyValue(value, copying)]);
    copying.trail.pop();
  }
  return freezeMap(entries);
}

/** `fromEntries` defines properties, so nothing that others put on `Object.prototype` takes part. */
function freezeMap(entries: [string, unknown][]): Readonly<Record<string, unknown>> {
  return Object.freeze(Object.fromEntries(entries));
}

function checkPlain(value: object, copying: Copying): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && !isObjectPrototype(prototype)) throw notPlain(copying, "an object of a class");
}

/** Also true of another realm's, such as that of a frame or of a test runner. */
export function isObjectPrototype(prototype: unknown): boolean {
  if (prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf");
}

function checkText(text: string, copying: Copying): string {
  copying.text += text.length;
  if (copying.text > CALL_TEXT_MAX) {
    throw refusal("too-large", copying, `is too large: a call may have at most ${CALL_TEXT_MAX} characters of text`);
  }
  if (!isUnicode(text)) {
    throw refusal("lone-surrogate", copying, "has half of a surrogate pair, which is not Unicode");
  }
  return text;
}

function dataOf(property: PropertyDescriptor, copying: Copying): unknown {
  if (!Object.hasOwn(property, "value"))
    throw refusal("accessor", copying, "is a getter or setter; copy its value first");
  return property.value;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return `a ${typeof value}`;
}

function pathOf(copying: Copying): string {
  return copying.trail.reduce<string>((path, step) => {
    if (typeof step === "number") return `${path}[${step}]`;
    if (!PLAIN_KEY.test(step)) return `${path}[${JSON.stringify(step)}]`;
    return path === "" ? step : `${path}.${step}`;
  }, "");
}

function place(path: string): string {
  return path === "" ? "a call" : `\`${path}\``;
}

function tooLarge(copying: Copying): CallError {
  return refusal("too-large", copying, `is too large: a call may have at most ${CALL_VALUES_MAX} values`);
}

function notPlain(copying: Copying, what: string): CallError {
  return refusal("not-plain", copying, `is ${what}, which JSON does not have`);
}

function forbiddenKey(copying: Copying): CallError {
  return refusal("forbidden-key", copying, "has a key `__proto__`, which calls must not have");
}

function refusal(code: CallErrorCode, copying: Copying, what: string): CallError {
  const path = pathOf(copying);
  return new CallError(code, `${place(path)} ${what}`, path);
}
