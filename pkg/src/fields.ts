/**
 * What the engine asks of a call while it decides, read from wherever the call is and written into its memory.
 *
 * Only plain own data is read, and nothing that was not asked for is touched. Whatever is not as plain as that makes the
 * reading odd; then only `snapshotCall` can tell what is wrong, or that all is well.
 * The form of what is written is that of `src/wire/frame.rs`.
 */
import { CALL_TEXT_MAX, CALL_VALUES_MAX, isObjectPrototype, isUnicode, snapshotValue } from "./call.js";

/** A field that a plan asks for. */
export interface Asked {
  readonly root: "args" | "agent" | "user" | "session" | "context" | "confidence";
  readonly steps: readonly (string | number)[];
  /** Whether all of a list or map is written, and not only how many items or which keys it has. */
  readonly whole: boolean;
}

/** The same, made ready to be read. */
export interface Field extends Asked {
  /** Its place in {@link ROOTS}. */
  readonly rootAt: number;
  /** Whether other fields go through what leads to it, or to it. */
  readonly isShared: boolean;
}

/** The fields `asked`, made ready to be read. */
export function fieldsOf(asked: readonly Asked[]): Field[] {
  const groupOf = ({ root, steps }: Asked) => JSON.stringify([root, steps[0]]);
  const sizes = new Map<string, number>();
  for (const one of asked) sizes.set(groupOf(one), (sizes.get(groupOf(one)) ?? 0) + 1);
  const roots = new Set(asked.filter(({ steps }) => steps.length === 0).map(({ root }) => root));
  const isShared = (one: Asked) => (sizes.get(groupOf(one)) ?? 0) > 1 || roots.has(one.root);
  return asked.map((one) => ({ ...one, rootAt: ROOTS.indexOf(one.root), isShared: isShared(one) }));
}

/** Memory of an engine that what was read is written to. */
export interface Scratch {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** Makes room for `size` bytes. When the engine's memory grows, its views are detached and have no length. */
  grow(size: number): void;
}

/** A call while it is decided. */
export interface Reading {
  call: object | null;
  /** The reading that this one interrupts. */
  outer: Reading | null;
  asked: readonly Field[];
  scratch: Scratch | null;
  /** What was read so far, by slot, and how many slots that may be. */
  readonly values: unknown[];
  slots: number;
  /** What was read so far of the call itself, and what is inside that, by {@link ROOTS}. */
  readonly roots: unknown[];
  readonly inRoots: unknown[];
  rootCount: number;
  /** What several fields go through, by what it is in and by key. */
  readonly passed: Map<object, Map<string | number, unknown>>;
  /** How much text was read. */
  text: number;
  isOdd: boolean;
}

const ROOTS: readonly Asked["root"][] = ["args", "agent", "user", "session", "context", "confidence"];

const ABSENT = 0;
const BLOCKED = 1;
const NULL = 2;
const FALSE = 3;
const TRUE = 4;
const NUMBER = 5;
const TEXT = 6;
const NESTED = 7;
const LIST = 7;
const MAP = 8;

/** Text up to this length is written one code unit at a time, longer text by the platform: each is the faster there. */
const SHORT_TEXT = 48;

/** What stands at a field that has no value. */
export const absent = Symbol("absent");
const blocked = Symbol("blocked");
/** What stands where something is not plain. */
const odd = Symbol("odd");

const { getOwnPropertySymbols, getPrototypeOf, hasOwn } = Object;
const { isArray } = Array;
const encoder = new TextEncoder();

/** In place of what was not read yet. No array here has holes: what others put on a prototype would show through. */
const unread = Symbol("unread");

let current = newReading();

function newReading(): Reading {
  return {
    call: null,
    outer: null,
    asked: [],
    scratch: null,
    values: [],
    slots: 0,
    roots: ROOTS.map(() => unread),
    inRoots: ROOTS.map(() => unread),
    rootCount: 0,
    passed: new Map(),
    text: 0,
    isOdd: false,
  };
}

/**
 * Begins with the fields `asked` of `call`; {@link endReading} takes what this returns.
 *
 * A proxy may decide another call while it is read: each has a reading of its own.
 */
export function beginReading(call: object, asked: readonly Field[], scratch: Scratch): Reading {
  if (current.call !== null) current = { ...newReading(), outer: current };
  const reading = current;
  reading.call = call;
  reading.asked = asked;
  reading.scratch = scratch;
  reading.text = 0;
  reading.isOdd = false;
  while (reading.values.length < asked.length) reading.values.push(unread);
  return reading;
}

/** Ends the reading of a call. Returns whether everything that the engine asked for was plain. */
export function endReading(reading: Reading): boolean {
  const { isOdd, slots, values, roots, inRoots, rootCount, passed } = reading;
  for (let slot = 0; slot < slots; slot += 1) values[slot] = unread;
  for (let root = 0; root < rootCount; root += 1) {
    roots[root] = unread;
    inRoots[root] = unread;
  }
  if (passed.size > 0) passed.clear();
  reading.slots = 0;
  reading.rootCount = 0;
  reading.call = null;
  current = reading.outer ?? reading;
  return !isOdd;
}

/** What stands at the field of `slot` of the call that is being decided, written for the engine. */
export function readField(slot: number): number {
  const reading = current;
  try {
    const asked = reading.asked[slot] as Field;
    return write(reading, slot, asked, valueAt(reading, slot, asked));
  } catch {
    // A proxy may throw whatever it likes.
    return notPlain(reading);
  }
}

/** What belongs in `slot` of the call of `reading`, which is what stands at `asked`; each property is read once. */
export function valueAt(reading: Reading, slot: number, asked: Field): unknown {
  const known = reading.values[slot];
  if (known !== unread) return known;
  if (slot >= reading.slots) reading.slots = slot + 1;
  let value = field(reading, asked);
  if (typeof value === "string") {
    reading.text += value.length;
    if (reading.text > CALL_TEXT_MAX) value = odd;
  }
  reading.values[slot] = value;
  return value;
}

function notPlain(reading: Reading): number {
  reading.isOdd = true;
  return BLOCKED;
}

function field(reading: Reading, { rootAt, steps, isShared }: Field): unknown {
  if (steps.length === 0) return inCall(reading, rootAt);
  let from = reading.inRoots[rootAt];
  if (from === unread) {
    from = container(inCall(reading, rootAt));
    reading.inRoots[rootAt] = from;
  }
  let value: unknown = absent;
  for (let index = 0; index < steps.length; index += 1) {
    if (index > 0) from = container(value);
    const key = steps[index] as string | number;
    value = isShared ? passing(reading, from, key) : step(from, key);
  }
  return value;
}

function inCall(reading: Reading, at: number): unknown {
  const known = reading.roots[at];
  if (known !== unread) return known;
  if (at >= reading.rootCount) reading.rootCount = at + 1;
  const value = rootOf(reading.call as object, ROOTS[at] as Asked["root"]);
  reading.roots[at] = value;
  return value;
}

/** What stands at `key` of `from`, which other fields may go through as well. */
function passing(reading: Reading, from: unknown, key: string | number): unknown {
  if (typeof from !== "object" || from === null) return from;
  let known = reading.passed.get(from);
  if (known === undefined) {
    known = new Map();
    reading.passed.set(from, known);
  }
  let value = known.get(key);
  if (value === undefined) {
    value = step(from, key);
    known.set(key, value);
  }
  return value;
}

/** Writes `value`, which stands at `asked`. */
function write(reading: Reading, slot: number, asked: Field, value: unknown): number {
  switch (typeof value) {
    case "string":
      return text(reading, value);
    case "number":
      if (!Number.isFinite(value)) return notPlain(reading);
      // The engine knows one zero.
      room(reading, 8).view.setFloat64(0, value + 0, true);
      return NUMBER;
    case "boolean":
      return value ? TRUE : FALSE;
    case "object":
      return value === null ? NULL : nested(reading, slot, asked, value);
    default:
      if (value === absent) return ABSENT;
      return value === blocked ? BLOCKED : notPlain(reading);
  }
}

function room(reading: Reading, size: number): Scratch {
  const scratch = reading.scratch as Scratch;
  if (scratch.bytes.byteLength < size) scratch.grow(size);
  return scratch;
}

function text(reading: Reading, value: string): number {
  const { length } = value;
  // A code unit is at most three bytes of UTF-8.
  const { bytes } = room(reading, 3 * length);
  if (length <= SHORT_TEXT) {
    let index = 0;
    for (; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) break;
      bytes[index] = code;
    }
    if (index === length) return (length << 3) | TEXT;
  }
  const { written } = encoder.encodeInto(value, bytes);
  if (written !== length && !isUnicode(value)) return notPlain(reading);
  return ((written << 3) | TEXT) >>> 0;
}

/** Writes a list or map as a whole by way of a copy, or how many items or which keys it has. */
function nested(reading: Reading, slot: number, { whole, steps }: Field, value: object): number {
  const plain = whole ? snapshotValue(value, steps.length + 1) : outline(reading, value);
  if (plain === undefined) return notPlain(reading);
  // The engine may ask again, and is to see the same, whatever became of the list or map meanwhile.
  reading.values[slot] = plain;
  const length = writeAt(reading, 0, plain);
  return ((length << 3) | NESTED) >>> 0;
}

/** `value` with `null` for what it holds; `undefined` if it is not plain. */
function outline(reading: Reading, value: object): unknown {
  const from = container(value);
  if (from === odd) return undefined;
  if (isArray(value)) return value.length > CALL_VALUES_MAX ? undefined : new Array(value.length).fill(null);
  const keys = Object.keys(value);
  if (keys.length > CALL_VALUES_MAX || getOwnPropertySymbols(value).length > 0) return undefined;
  const entries: [string, null][] = [];
  let text = 0;
  for (const key of keys) {
    const inside = passing(reading, value, key);
    text += key.length;
    if (inside === odd || text > CALL_TEXT_MAX || !isUnicode(key)) return undefined;
    if (inside !== absent) entries.push([key, null]);
  }
  return Object.fromEntries(entries);
}

/** Writes all of `value`, which is a plain copy, behind the first `at` bytes. Returns how many there are then. */
function writeAt(reading: Reading, at: number, value: unknown): number {
  if (typeof value === "string") return textAt(reading, tagAt(reading, at, TEXT), value);
  if (typeof value === "number") {
    const start = tagAt(reading, at, NUMBER);
    room(reading, start + 8).view.setFloat64(start, value + 0, true);
    return start + 8;
  }
  if (typeof value === "boolean") return tagAt(reading, at, value ? TRUE : FALSE);
  if (typeof value !== "object" || value === null) return tagAt(reading, at, NULL);
  if (isArray(value)) {
    return value.reduce((end: number, item) => writeAt(reading, end, item), countAt(reading, at, LIST, value.length));
  }
  const entries = Object.entries(value);
  return entries.reduce(
    (end, [key, inside]) => writeAt(reading, textAt(reading, end, key), inside),
    countAt(reading, at, MAP, entries.length),
  );
}

function tagAt(reading: Reading, at: number, kind: number): number {
  room(reading, at + 1).bytes[at] = kind;
  return at + 1;
}

function countAt(reading: Reading, at: number, kind: number, count: number): number {
  room(reading, at + 5).view.setUint32(tagAt(reading, at, kind), count, true);
  return at + 5;
}

function textAt(reading: Reading, at: number, value: string): number {
  const { bytes, view } = room(reading, at + 4 + 3 * value.length);
  const { written } = encoder.encodeInto(value, bytes.subarray(at + 4));
  view.setUint32(at, written, true);
  return at + 4 + written;
}

/** What a call, which is a plain map, has at one of its own keys. */
function rootOf(call: object, key: Asked["root"]): unknown {
  const value = own(call, key);
  if (value === absent || key === "confidence") return value;
  if (typeof value === "object" && value !== null && !isArray(value)) return value;
  // Text is short for a map with an `id`.
  const isShort = typeof value === "string" && (key === "agent" || key === "user" || key === "session");
  return isShort ? { id: value } : odd;
}

/** `value` if the engine goes into it: through `null` nothing is there, and values of another type are in the way. */
function container(value: unknown): unknown {
  if (typeof value === "object") {
    if (value === null) return absent;
    const isPlain = isArray(value) ? isPlainList(value) : isPlainMap(value);
    return isPlain ? value : odd;
  }
  return typeof value === "symbol" ? value : blocked;
}

function step(from: unknown, key: string | number): unknown {
  if (typeof from !== "object" || from === null) return from;
  if (isArray(from) !== (typeof key === "number")) return blocked;
  const value = own(from, key);
  // A hole of a list, which JSON does not have.
  return value === absent && isArray(from) && (key as number) < from.length ? odd : value;
}

/** The value of an own property, as whoever runs the tool would see it; {@link absent} without one. */
function own(map: object, key: string | number): unknown {
  if (!hasOwn(map, key)) return absent;
  if (key === "__proto__") return odd;
  const value = (map as Record<string | number, unknown>)[key];
  return value === undefined ? absent : value;
}

/** Also true of plain objects of another realm. */
export function isPlainMap(value: object): boolean {
  const prototype: unknown = getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || isObjectPrototype(prototype);
}

/** `Array.prototype`, of whatever realm, is a list itself; that of a class is not. */
function isPlainList(list: readonly unknown[]): boolean {
  const prototype: unknown = getPrototypeOf(list);
  return prototype === Array.prototype || isArray(prototype);
}
