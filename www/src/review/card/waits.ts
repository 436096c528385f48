/** What a call waits for, in words. */

/** `1 other waits for an answer`. */
export function othersWait(count: number): string {
  if (count === 0) return "no other waits for an answer";
  return `${count} ${count === 1 ? "other waits" : "others wait"} for an answer`;
}
