/** What chance chooses. */

/** A number from 0 to less than 1. */
export type Random = () => number;

/** One of `items`. */
export function oneOf<T>(items: readonly [T, ...(readonly T[])], random: Random): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** `length` characters of `alphabet`. */
export function characters(alphabet: string, length: number, random: Random): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
}
