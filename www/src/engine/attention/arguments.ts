/** The arguments of a call as places with values, and the same arguments with one of them changed. */

export type Args = Readonly<Record<string, unknown>>;

/** A value that is no list or map, and where it stands. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  /** The nearest key above it, in lower case. */
  readonly key: string;
  readonly value: unknown;
}

/** The leaves of `args` in their order. */
export function leavesOf(args: Args): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, path: readonly (string | number)[], key: string) => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, [...path, index], key);
    } else if (isMap(value)) {
      for (const name of Object.keys(value)) walk(value[name], [...path, name], name.toLowerCase());
    } else leaves.push({ path, key, value });
  };
  walk(args, [], "");
  return leaves;
}

/** `args` with `value` at `path`, whose parents are there; nothing of `args` is changed. */
export function withValue(args: Args, path: readonly (string | number)[], value: unknown): Args {
  const put = (at: unknown, depth: number): unknown => {
    const step = path[depth];
    if (step === undefined) return value;
    if (Array.isArray(at)) {
      const items = [...at];
      items[Number(step)] = put(at[Number(step)], depth + 1);
      return items;
    }
    const map = isMap(at) ? at : {};
    return { ...map, [step]: put(Object.hasOwn(map, step) ? map[step] : undefined, depth + 1) };
  };
  return put(args, 0) as Args;
}

/** The name of the field at `path`, such as `args.to[0]`. */
export function fieldAt(path: readonly (string | number)[]): string {
  return path.reduce<string>((field, step) => {
    return typeof step === "number" ? `${field}[${step}]` : `${field}.${step}`;
  }, "args");
}

function isMap(value: unknown): value is Args {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
