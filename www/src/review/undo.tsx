/** The time in which an approval can be taken back before the call runs. */

import { useEffect, useState } from "preact/hooks";
import { readAgain, undo } from "./state.ts";

const TICK_MS = 250;

export function Undo({ id, notBeforeMs }: { readonly id: string; readonly notBeforeMs: number }) {
  const [leftMs, setLeftMs] = useState(notBeforeMs - Date.now());
  const [undoing, setUndoing] = useState(false);
  const isOver = leftMs <= 0;
  useEffect(() => {
    if (isOver) {
      void readAgain(id);
      return;
    }
    const timer = setInterval(() => setLeftMs(notBeforeMs - Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [id, notBeforeMs, isOver]);
  if (isOver) return null;
  return (
    <div class="undo">
      <p>
        The call can run in <span role="timer">{Math.ceil(leftMs / 1_000)} s</span>.
      </p>
      <button
        type="button"
        disabled={undoing}
        onClick={async () => {
          setUndoing(true);
          await undo(id);
          setUndoing(false);
        }}
      >
        Undo
      </button>
    </div>
  );
}
