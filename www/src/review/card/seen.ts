/**
 * Which parts of a card have been on screen, each from its first line to its last.
 *
 * A part that is higher than the window has been seen once the window has passed over all of it. What is folded is not seen.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { createContext } from "preact";

export interface Seen {
  /** How many parts were not, or not wholly, on screen yet. */
  readonly unseen: ReadonlySignal<number>;
  /** Follows a part; answers how to stop. */
  follow(part: HTMLElement): () => void;
  /** Counts something that is folded; answers how to stop. */
  fold(part: HTMLElement): () => void;
  /** Brings the next part on screen that was not, and moves the focus there. */
  showNext(): void;
  stop(): void;
}

interface Followed {
  /** From where to where it was on screen, in pixels from its top; in order, apart from each other. */
  spans: readonly (readonly [number, number])[];
  height: number;
}

/** Rounding of layouts, in pixels. */
const SLACK = 3;
/** What stays above a part that is brought on screen, in pixels. */
const MARGIN = 40;

export const SeenContext = createContext<Seen | null>(null);

export function createSeen(): Seen {
  const followed = new Map<HTMLElement, Followed>();
  const folded = new Set<HTMLElement>();
  const left = signal(0);
  let frame = 0;
  let isStopped = false;

  const tell = () => {
    left.value = followed.size + folded.size;
  };
  const look = () => {
    frame = 0;
    if (isStopped || document.visibilityState !== "visible") return;
    for (const [part, state] of followed) if (isSeen(part, state)) leave(part);
    tell();
  };
  const soon = () => {
    if (frame === 0) frame = requestAnimationFrame(look);
  };
  const observer = new IntersectionObserver(soon, { threshold: [0, 0.25, 0.5, 0.75, 1] });
  const leave = (part: HTMLElement) => {
    followed.delete(part);
    observer.unobserve(part);
  };
  for (const [target, type] of [
    [window, "scroll"],
    [window, "resize"],
    [document, "visibilitychange"],
  ] as const) {
    target.addEventListener(type, soon, { passive: true });
  }

  return {
    unseen: computed(() => left.value),
    follow(part) {
      followed.set(part, { spans: [], height: 0 });
      observer.observe(part);
      tell();
      soon();
      return () => {
        leave(part);
        tell();
      };
    },
    fold(part) {
      folded.add(part);
      tell();
      return () => {
        folded.delete(part);
        tell();
      };
    },
    showNext() {
      const [next] = [...followed.keys(), ...folded].sort(inOrder);
      if (next === undefined) return;
      const { top, height } = next.getBoundingClientRect();
      const isHigh = height > window.innerHeight - 2 * MARGIN;
      const gap = isHigh ? gapOf(followed.get(next)) : (height - window.innerHeight) / 2 + MARGIN;
      window.scrollTo({ top: window.scrollY + top + gap - MARGIN });
      next.focus({ preventScroll: true });
      soon();
    },
    stop() {
      isStopped = true;
      cancelAnimationFrame(frame);
      observer.disconnect();
      window.removeEventListener("scroll", soon);
      window.removeEventListener("resize", soon);
      document.removeEventListener("visibilitychange", soon);
    },
  };
}

/** Where in a part the first lines stand that were not on screen, in pixels from its top. */
function gapOf(state: Followed | undefined): number {
  const [first] = state?.spans ?? [];
  return first === undefined || first[0] > SLACK ? 0 : first[1];
}

/** Whether all of `part` has been on screen by now. */
function isSeen(part: HTMLElement, state: Followed): boolean {
  const { top, height, width } = part.getBoundingClientRect();
  if (height === 0 || width === 0) return false;
  // Another layout: what was seen before stood elsewhere.
  if (Math.abs(state.height - height) > SLACK) state.spans = [];
  state.height = height;
  const from = Math.max(0, -top);
  const to = Math.min(height, window.innerHeight - top);
  if (to > from) state.spans = joined([...state.spans, [from, to]]);
  const [first, second] = state.spans;
  return first !== undefined && second === undefined && first[0] <= SLACK && first[1] >= height - SLACK;
}

function joined(spans: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last !== undefined && from <= last[1] + SLACK) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

function inOrder(a: HTMLElement, b: HTMLElement): number {
  return a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}
