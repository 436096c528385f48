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
    const over = () => {
      isOver = true;
      for (const each of signals) each.removeEventListener("abort", end);
    };
    const end = () => {
      over();
      resolve(null);
    };
    for (const each of signals) each.addEventListener("abort", end);
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
