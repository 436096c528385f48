/** The one room for what differs from run to run: the clock and random ids. Both are parameters elsewhere. */

/** The time now, in Unix milliseconds UTC. */
export function nowMs(): number {
  return Date.now();
}

/** A new id that nobody can guess: 32 lower-case hexadecimal digits, 128 random bits. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
