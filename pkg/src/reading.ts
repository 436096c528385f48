/**
 * What a plan asks of a call, written into the engine's memory.
 *
 * The call is a copy of ours, see `snapshotCall`: plain frozen data. The form of the bytes is that of
 * `src/wire/frame.rs`.
 */
import type { Call } from "./types.js";

/** A field that a plan asks for. */
export interface Asked {
  readonly root: "args" | "agent" | "user" | "session" | "context";
  readonly steps: readonly (string | number)[];
  /** Whether all of a list or map is written, and not only how many items or which keys it has. */
  readonly whole: boolean;
}

/** Bytes of the engine's memory. When that grows they are detached, and have no length. */
export interface Scratch {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Writes fields of one call after another into scratch memory. */
export interface Reader {
  /** Begins with another call. */
  begin(call: Call): void;
  /** Writes what stands at `asked[from]` to `asked[to - 1]`. */
  fields(asked: readonly Asked[], from: number, to: number): void;
  /** Writes what the agent reports about itself. */
  confidence(): void;
  /** How many bytes were written since `begin`. */
  length(): number;
}

const ABSENT = 0;
const BLOCKED = 1;
const NULL = 2;
const FALSE = 3;
const TRUE = 4;
const NUMBER = 5;
const TEXT = 6;
const LIST = 7;
const MAP = 8;

/** Text up to this length is written one code unit at a time, longer text by the platform: each is the faster there. */
const SHORT_TEXT = 48;
/** Longer text begins at a multiple of this, so that few views of the memory serve for all of it. */
const VIEW_BYTES = 256;
const SCRATCH_BYTES = 4_096;

/** What stands at a field that has no value. */
const absent = Symbol("absent");
const blocked = Symbol("blocked");

/** Makes a reader; `grow(bytes)` gives scratch memory of at least that many bytes, with what was written before. */
export function createReader(grow: (bytes: number) => Scratch): Reader {
  const encoder = new TextEncoder();
  let { bytes, view } = grow(SCRATCH_BYTES);
  let views: Uint8Array[] = [];
  let call: Call = { tool: "" };
  let at = 0;

  /** Makes room for `length` more bytes. */
  function need(length: number): void {
    if (bytes.byteLength >= at + length) return;
    ({ bytes, view } = grow(Math.max(2 * (at + length), SCRATCH_BYTES)));
    views = [];
  }

  function tag(kind: number): void {
    need(1);
    bytes[at] = kind;
    at += 1;
  }

  function counted(kind: number, count: number): void {
    need(5);
    bytes[at] = kind;
    view.setUint32(at + 1, count, true);
    at += 5;
  }

  function text(value: string): void {
    if (value.length <= SHORT_TEXT && ascii(value)) return;
    // A code unit is at most three bytes of UTF-8.
    need(8 + VIEW_BYTES + 3 * value.length);
    const slot = Math.ceil((at + 8) / VIEW_BYTES);
    views[slot] ??= bytes.subarray(slot * VIEW_BYTES);
    const { written } = encoder.encodeInto(value, views[slot]);
    view.setUint32(at, slot * VIEW_BYTES - at - 8, true);
    view.setUint32(at + 4, written, true);
    at = slot * VIEW_BYTES + written;
  }

  /** Writes `value` if it is ASCII, and says whether it was. */
  function ascii(value: string): boolean {
    need(8 + value.length);
    const start = at + 8;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[start + index] = code;
    }
    view.setUint32(at, 0, true);
    view.setUint32(at + 4, value.length, true);
    at = start + value.length;
    return true;
  }

  function write(value: unknown, whole: boolean): void {
    if (typeof value === "string") {
      tag(TEXT);
      text(value);
    } else if (typeof value === "number") {
      tag(NUMBER);
      need(8);
      view.setFloat64(at, value, true);
      at += 8;
    } else if (typeof value === "boolean") tag(value ? TRUE : FALSE);
    else if (value === null) tag(NULL);
    else if (Array.isArray(value)) list(value, whole);
    else map(value as object, whole);
  }

  function list(items: readonly unknown[], whole: boolean): void {
    counted(LIST, items.length);
    for (const item of items) inside(item, whole);
  }

  function map(of: object, whole: boolean): void {
    const entries = Object.entries(of);
    counted(MAP, entries.length);
    for (const [key, value] of entries) {
      text(key);
      inside(value, whole);
    }
  }

  function inside(value: unknown, whole: boolean): void {
    if (whole) write(value, true);
    else tag(NULL);
  }

  function field({ root, steps, whole }: Asked): void {
    let value = own(call, root);
    // Text is short for a map with an `id`.
    if (typeof value === "string") value = { id: value };
    for (const key of steps) {
      if (value === absent || value === blocked) break;
      value = step(value, key);
    }
    if (value === absent) tag(ABSENT);
    else if (value === blocked) tag(BLOCKED);
    else write(value, whole);
  }

  return {
    begin(next) {
      call = next;
      at = 0;
    },
    fields(asked, from, to) {
      for (let index = from; index < to; index += 1) field(asked[index] as Asked);
    },
    confidence() {
      const value = own(call, "confidence");
      if (value === absent) tag(ABSENT);
      else write(value, true);
    },
    length: () => at,
  };
}

/** As the engine goes into a value: through `null` nothing is there, and values of another type are in the way. */
function step(from: unknown, key: string | number): unknown {
  if (from === null) return absent;
  if (typeof from !== "object" || Array.isArray(from) !== (typeof key === "number")) return blocked;
  return own(from, key);
}

function own(map: object, key: string | number): unknown {
  return Object.hasOwn(map, key) ? (map as Record<string | number, unknown>)[key] : absent;
}
