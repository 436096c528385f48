/** A place in the list of escalations, as text that callers hand back unread. */
import { StoreError } from "../errors.js";

/** Time of opening and id of the last escalation of a page. */
export type Cursor = readonly [openedAtMs: number, id: string];

/** The text of `cursor`. */
export function writeCursor(cursor: Cursor): string {
  return JSON.stringify(cursor);
}

/** @throws {@link StoreError} `bad-cursor` if `text` is not of {@link writeCursor}. */
export function readCursor(text: string): Cursor {
  const parsed = parse(text);
  if (Array.isArray(parsed) && parsed.length === 2) {
    const [openedAtMs, id]: readonly unknown[] = parsed;
    if (typeof openedAtMs === "number" && typeof id === "string") return [openedAtMs, id];
  }
  throw new StoreError("bad-cursor", "`after` must be the `next` of an earlier page");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
