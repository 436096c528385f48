/** What callers hand over is looked at before it is used. */

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
