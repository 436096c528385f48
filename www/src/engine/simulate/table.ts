/** Keeps equal values once. */

export interface Table<T> {
  readonly values: readonly T[];
  put(key: string, value: T): number;
  get(at: number | undefined): T | undefined;
}

export function createTable<T>(): Table<T> {
  const numbers = new Map<string, number>();
  const values: T[] = [];
  return {
    values,
    put(key, value) {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, values.length);
      return values.push(value) - 1;
    },
    get: (at) => (at === undefined ? undefined : values[at]),
  };
}
