/** How long a card was on screen in a window that somebody was in. */

import { useEffect, useRef } from "preact/hooks";

/** Answers how many milliseconds the component was shown by now, in a visible and focused window. */
export function useShownMs(): () => number {
  const clock = useRef({ totalMs: 0, sinceMs: null as number | null });
  useEffect(() => {
    const tell = () => {
      const { current } = clock;
      const isLooked = document.visibilityState === "visible" && document.hasFocus();
      if (isLooked && current.sinceMs === null) current.sinceMs = performance.now();
      if (!isLooked && current.sinceMs !== null) {
        current.totalMs += performance.now() - current.sinceMs;
        current.sinceMs = null;
      }
    };
    tell();
    window.addEventListener("focus", tell);
    window.addEventListener("blur", tell);
    document.addEventListener("visibilitychange", tell);
    return () => {
      window.removeEventListener("focus", tell);
      window.removeEventListener("blur", tell);
      document.removeEventListener("visibilitychange", tell);
    };
  }, []);
  return () => {
    const { totalMs, sinceMs } = clock.current;
    return Math.round(totalMs + (sinceMs === null ? 0 : performance.now() - sinceMs));
  };
}
