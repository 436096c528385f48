/** A delay before a button works, so that a press meant for something else does nothing. */

import { useEffect, useRef, useState } from "preact/hooks";

/**
 * Turns true once the component has been shown for `ms` in a visible, focused window, without interruption.
 *
 * Going to another window and back begins anew, and so does another `about`: what the button would do, and what was read.
 */
export function useArmed(ms: number, about: string | number = ""): boolean {
  const [armed, setArmed] = useState(false);
  const armedFor = useRef(about);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = () => {
      clearTimeout(timer);
      setArmed(false);
      if (document.visibilityState !== "visible" || !document.hasFocus()) return;
      timer = setTimeout(() => {
        armedFor.current = about;
        setArmed(true);
      }, ms);
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
  }, [ms, about]);
  // Effects come after the drawing: until then it is armed for what was there before.
  return armed && armedFor.current === about;
}
