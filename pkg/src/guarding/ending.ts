/** Ends a wait early, whatever it waits for: a store, a policy or a verifier that never answers holds nobody for ever. */
import type { Post } from "./post.js";

/**
 * What `work` comes to; `null` if before that `signal` aborts or the guard is closed. Then `late` gets what it comes to
 * after all; what it fails with is told to the observer.
 */
export function unlessEnded<T extends object>(
  post: Post,
  signal: AbortSignal | null,
  work: Promise<T>,
  late: (value: T) => void,
): Promise<T | null> {
  const signals = [post.closing.signal, ...(signal ? [signal] : [])];
  return new Promise((resolve, reject) => {
    let isOver = false;
    let stops: readonly (() => void)[] = [];
    const over = () => {
      isOver = true;
      for (const stop of stops) stop();
    };
    const end = () => {
      over();
      resolve(null);
    };
    stops = signals.map((each) => onAbort(each, end));
    if (signals.some(({ aborted }) => aborted)) end();
    work.then(
      (value) => {
        if (isOver) {
          late(value);
          return;
        }
        over();
        resolve(value);
      },
      (error: unknown) => {
        if (isOver) {
          post.tell({ type: "failed", error });
          return;
        }
        over();
        reject(error);
      },
    );
  });
}

const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `aborted` when `signal` aborts; answers how to stop that. However many wait for one signal, it has one listener:
 * from eleven on Node warns of a leak.
 */
export function onAbort(signal: AbortSignal, aborted: () => void): () => void {
  let calls = listening.get(signal);
  if (calls === undefined) {
    const all = new Set<() => void>();
    calls = all;
    listening.set(signal, all);
    signal.addEventListener("abort", () => {
      for (const call of [...all]) call();
    });
  }
  const ours = calls;
  const call = () => aborted();
  ours.add(call);
  return () => void ours.delete(call);
}
