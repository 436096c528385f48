/** Whether there was time to read what is shown, where that is so much that nobody reads it in a moment. */

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** More words than two ordinary screens hold. */
const WORDS = 400;
/** The same as an area, in square pixels: two screens of a column of 900. */
const AREA = 2 * 900 * 900;
const TICK_MS = 250;

interface Read {
  readonly words: number;
  readonly readingFloorMs: number;
}

/**
 * Turns true once `shownMs` has reached the reading floor, and at once for what is short.
 *
 * @param inside Something within the card, whose size counts.
 * @param about Begins anew once that is another, as the card may be longer.
 */
export function useRead(
  { words, readingFloorMs }: Read,
  shownMs: () => number,
  inside: RefObject<HTMLElement>,
  about: number,
): boolean {
  const [isRead, setRead] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const look = () => {
      const { width = 0, height = 0 } = inside.current?.closest(".card")?.getBoundingClientRect() ?? {};
      const isLong = words > WORDS || width * height > AREA;
      const hadTime = !isLong || shownMs() >= readingFloorMs;
      if (hadTime) clearInterval(timer);
      setRead(hadTime);
    };
    timer = setInterval(look, TICK_MS);
    look();
    return () => clearInterval(timer);
  }, [words, readingFloorMs, about]);
  return isRead;
}
