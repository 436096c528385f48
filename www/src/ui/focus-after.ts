/** Where the focus goes when what had it is taken away. */

import { type MutableRef, useLayoutEffect, useRef } from "preact/hooks";

interface FocusAfter<E extends HTMLElement> {
  /** What the places are in. */
  readonly within: MutableRef<E | null>;
  /** After the next drawing, if the focus was lost, the first of `selectors` that is `within` has it. */
  readonly next: (...selectors: readonly string[]) => void;
}

export function useFocusAfter<E extends HTMLElement>(): FocusAfter<E> {
  const within = useRef<E | null>(null);
  const wanted = useRef<readonly string[]>([]);
  useLayoutEffect(() => {
    const selectors = wanted.current;
    wanted.current = [];
    if (selectors.length === 0) return;
    const found = selectors
      .map((each) => within.current?.querySelector<HTMLElement>(each))
      .find((each) => each != null);
    found?.focus();
  });
  return {
    within,
    next: (...selectors) => {
      wanted.current = selectors;
    },
  };
}
