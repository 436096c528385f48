/**
 * Which parts of a card have been on screen, each from its first line to its last and from its left edge to its right one.
 *
 * A part that is larger than the window has been seen once the window has passed over all of it. What is folded or masked is
 * not seen.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { createContext } from "preact";

export interface Seen {
  /** How many parts were not, or not wholly, on screen yet. */
  readonly unseen: ReadonlySignal<number>;
  /** Masked fields that nobody has looked at, in the order in which they stand. */
  readonly masked: ReadonlySignal<readonly string[]>;
  /** Grows whenever there is something new to see. */
  readonly grown: ReadonlySignal<number>;
  /** Follows a part; answers how to stop. */
  follow(part: HTMLElement): () => void;
  /** Counts something that is folded; answers how to stop. */
  fold(part: HTMLElement): () => void;
  /** Counts the masked value of a field; answers how to stop. */
  mask(part: HTMLElement, field: string): () => void;
  /** Brings the next part on screen that was not, and moves the focus there. */
  showNext(): void;
  stop(): void;
}

interface Followed {
  /**
   * From where to where it was on screen, in pixels from its top, in order, apart from each other: for each of its upright
   * strips, which are as wide as the part itself unless that is wider than the window.
   */
  strips: Strip[];
  height: number;
  width: number;
}

type Strip = readonly (readonly [number, number])[];

/** Rounding of layouts, in pixels. */
const SLACK = 3;
/** What stays above a part that is brought on screen, in pixels. */
const MARGIN = 40;
/** Into how many strips a window's width of a wide part is cut. */
const STRIPS = 4;

export const SeenContext = createContext<Seen | null>(null);

export function createSeen(): Seen {
  const followed = new Map<HTMLElement, Followed>();
  const folded = new Set<HTMLElement>();
  const masks = new Map<HTMLElement, string>();
  const left = signal(0);
  const masked = signal<readonly string[]>([]);
  const grown = signal(0);
  let frame = 0;
  let isStopped = false;

  const tell = () => {
    left.value = followed.size + folded.size;
    const fields = [...masks].sort(([a], [b]) => inOrder(a, b)).map(([, field]) => field);
    if (fields.join("\n") !== masked.value.join("\n")) masked.value = fields;
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
    masked: computed(() => masked.value),
    grown: computed(() => grown.value),
    follow(part) {
      followed.set(part, { strips: [], height: 0, width: 0 });
      observer.observe(part);
      grown.value = grown.peek() + 1;
      tell();
      soon();
      return () => {
        leave(part);
        tell();
      };
    },
    fold(part) {
      folded.add(part);
      grown.value = grown.peek() + 1;
      tell();
      return () => {
        folded.delete(part);
        tell();
      };
    },
    mask(part, field) {
      masks.set(part, field);
      grown.value = grown.peek() + 1;
      tell();
      return () => {
        masks.delete(part);
        tell();
      };
    },
    showNext() {
      const parts = [...followed.keys(), ...folded];
      const [next] = (parts.length > 0 ? parts : [...masks.keys()]).sort(inOrder);
      if (next === undefined) return;
      const { top, left: start, height, width } = next.getBoundingClientRect();
      const isHigh = height > window.innerHeight - 2 * MARGIN;
      const state = followed.get(next);
      const at = Math.max(0, state?.strips.findIndex((strip) => !covers(strip, height)) ?? 0);
      const gap = isHigh ? gapOf(state?.strips[at]) : (height - window.innerHeight) / 2 + MARGIN;
      window.scrollTo({ top: window.scrollY + top + gap - MARGIN });
      const { clientWidth } = document.documentElement;
      const isBeside = start < -SLACK || start + width > clientWidth + SLACK;
      if (isBeside) window.scrollTo({ left: window.scrollX + start + at * (clientWidth / STRIPS) - MARGIN });
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
function gapOf(strip: Strip | undefined): number {
  const [first] = strip ?? [];
  return first === undefined || first[0] > SLACK ? 0 : first[1];
}

/** Whether all of `part` has been on screen by now. */
function isSeen(part: HTMLElement, state: Followed): boolean {
  const { top, left, height, width } = part.getBoundingClientRect();
  if (height === 0 || width === 0) return false;
  const { clientWidth } = document.documentElement;
  const stripWidth = width <= clientWidth + SLACK ? width : clientWidth / STRIPS;
  const count = Math.ceil(width / stripWidth);
  const hasMoved = Math.abs(state.height - height) > SLACK || Math.abs(state.width - width) > SLACK;
  // Another layout: what was seen before stood elsewhere.
  if (hasMoved || state.strips.length !== count) state.strips = Array.from({ length: count }, () => []);
  state.height = height;
  state.width = width;
  const from = Math.max(0, -top);
  const to = Math.min(height, window.innerHeight - top);
  if (to <= from) return false;
  state.strips = state.strips.map((strip, at) => {
    const start = left + at * stripWidth;
    const end = Math.min(start + stripWidth, left + width);
    return start >= -SLACK && end <= clientWidth + SLACK ? joined([...strip, [from, to]]) : strip;
  });
  return state.strips.every((strip) => covers(strip, height));
}

function covers([first, second]: Strip, height: number): boolean {
  return first !== undefined && second === undefined && first[0] <= SLACK && first[1] >= height - SLACK;
}

function joined(spans: Strip): Strip {
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
