/** Fields of a call by their names, such as `args.to[0]`. Only own properties count. */

/** What stands at `field`; `undefined` if nothing does. */
export function valueAt(call: object, field: string): unknown {
  let value: unknown = call;
  for (const key of pathOf(field) ?? [""]) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** The keys that a field names: `args["a.b"][0].c` is `args`, `a.b`, `0`, `c`; `null` if it is no field. */
export function pathOf(field: string): readonly string[] | null {
  const part = /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy;
  const keys: string[] = [];
  let end = 0;
  for (const [whole, name, index, quoted] of field.matchAll(part)) {
    const key = quoted === undefined ? (name ?? index) : unquoted(quoted);
    if (key === null || key === undefined) return null;
    keys.push(key);
    end += whole.length;
  }
  return end === field.length && keys.length > 0 ? keys : null;
}

function unquoted(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

/** `whole` with the values of `changes` at the fields that they name; everything else is as it was. */
export function withChanges(whole: object, changes: ReadonlyMap<string, unknown>): object {
  const copy = structuredClone(whole);
  for (const [field, value] of changes) {
    const path = pathOf(field);
    const last = path?.at(-1);
    const parent = path === null ? undefined : parentOf(copy, path);
    if (last === undefined || parent === undefined || !Object.hasOwn(parent, last)) continue;
    Object.assign(parent, { [last]: value });
  }
  return copy;
}

function parentOf(whole: object, path: readonly string[]): object | undefined {
  let at: unknown = whole;
  for (const key of path.slice(0, -1)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return typeof at === "object" && at !== null ? at : undefined;
}
