/** Options of stores as callers give them, checked: a slip in a name says so, and not something about `undefined`. */

/** @throws TypeError unless `options` is an object that has no keys but `keys`. */
export function checkKeys(maker: string, options: unknown, keys: readonly string[]): void {
  const names = keys.map((key) => `\`${key}\``).join(", ");
  if (typeof options !== "object" || options === null || Array.isArray(options) || options instanceof URL) {
    throw new TypeError(`\`${maker}\` takes an object of options: ${names}`);
  }
  const unknown = Object.keys(options).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new TypeError(`\`${maker}\` has no option \`${unknown}\`; the options are ${names}`);
}

const FUNCTIONS = ["head", "append", "read", "list", "history", "usage", "marks", "watch", "close"] as const;

/** @throws TypeError unless `store` has the functions of a store. */
export function checkStore(maker: string, store: unknown): void {
  const parts = (typeof store === "object" && store !== null ? store : {}) as Readonly<Record<string, unknown>>;
  const missing = FUNCTIONS.filter((name) => typeof parts[name] !== "function");
  if (missing.length === 0) return;
  const why =
    missing.length === FUNCTIONS.length ? "is none" : `lacks ${missing.map((name) => `\`${name}\``).join(", ")}`;
  throw new TypeError(`\`store\` of \`${maker}\` must be a store, such as \`memoryStore()\`, and ${why}`);
}
