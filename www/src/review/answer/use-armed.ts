/** A delay before a button works, so that a press meant for something else does nothing. */

import { useEffect, useState } from "preact/hooks";

/**
 * Turns true once the component has been shown for `ms` in a visible, focused window, without interruption.
 *
 * Going to another window and back begins anew. To begin anew for another call, give the component another key.
 */
export function useArmed(ms: number): boolean {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = () => {
      clearTimeout(timer);
      setArmed(false);
      if (document.visibilityState !== "visible" || !document.hasFocus()) return;
      timer = setTimeout(() => setArmed(true), ms);
    };
    begin();
    window.addEventListener("focus", begin);
    window.addEventListener("blur", begin);
    document.addEventListener("visibilitychange", begin);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", begin);
      window.removeEventListener("blur", begin);
      document.removeEventListener("visibilitychange", begin);
    };
  }, [ms]);
  return armed;
}
