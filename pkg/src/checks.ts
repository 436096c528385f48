/** What callers hand over is looked at before it is used. */
import type { Store } from "./stores/store.js";

/** @throws TypeError if `value` is no string. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`\`${name}\` must be a string`);
  return value;
}

/** @throws RangeError if `value` is no duration in milliseconds. */
export function checkMs(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new RangeError(`\`${name}\` must be milliseconds, an integer from 0`);
  }
  return value as number;
}

/** `{ [name]: value }` if there is one: parts that nobody wrote are not there. */
export function written<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  if (value === undefined) return {};
  return { [name]: checkText(name, value) } as { readonly [N in Name]?: string };
}

/** The keys that a `T` may have. */
export type KeysOf<T> = Readonly<Record<keyof T, 0>>;

/**
 * What is misspelt must not be ignored: the guard that it was to make stricter would be a laxer one.
 *
 * @throws TypeError if `given` is no object, or has a key that is none of `known`.
 */
export function checkKeys<T>(name: string, given: T, known: Readonly<Record<string, 0>>): T {
  if (typeof given !== "object" || given === null) throw new TypeError(`${name} must be an object`);
  const unknown = unknownKey(given, known);
  if (unknown !== null) throw new TypeError(`${name} must not have ${unknown.message}`);
  return given;
}

/** The first key of `given` that is none of `known`, and what to say of it. */
export function unknownKey(
  given: object,
  known: Readonly<Record<string, 0>>,
): { readonly key: string; readonly message: string } | null {
  const key = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (key === undefined) return null;
  const names = Object.keys(known);
  const meant = names.find((name) => isAlike(name, key));
  const help = meant === undefined ? `what there is: ${names.join(", ")}` : `did you mean \`${meant}\`?`;
  return { key, message: `\`${key}\`; ${help}` };
}

/** Whether at most two letters in a row were left out, added, exchanged or mistaken. */
function isAlike(a: string, b: string): boolean {
  const most = Math.min(a.length, b.length);
  let front = 0;
  while (front < most && a[front] === b[front]) front += 1;
  let back = 0;
  while (back < most - front && a.at(-1 - back) === b.at(-1 - back)) back += 1;
  return Math.max(a.length, b.length) - front - back <= 2 && front + back > 0;
}

/** @throws TypeError if `value` is neither `true` nor `false`. */
export function checkBoolean(name: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw new TypeError(`\`${name}\` must be true or false`);
  return value;
}

/** @throws TypeError if `value` is there and no function. */
export function checkFunction<T>(name: string, value: T): T {
  if (value !== undefined && typeof value !== "function") throw new TypeError(`\`${name}\` must be a function`);
  return value;
}

const STORE: KeysOf<Store> = {
  head: 0,
  append: 0,
  read: 0,
  list: 0,
  history: 0,
  usage: 0,
  marks: 0,
  watch: 0,
  close: 0,
};

/** @throws TypeError if `store` lacks something that a store has. */
export function checkStore(store: Store): Store {
  const names = Object.keys(STORE) as (keyof Store)[];
  const missing = names.find((name) => typeof store?.[name] !== "function");
  if (missing === undefined) return store;
  const what = typeof store === "function" ? "is a function; call it" : `has no \`${missing}\``;
  throw new TypeError(`\`store\` ${what}: a store has these nine functions: ${names.join(", ")}`);
}
