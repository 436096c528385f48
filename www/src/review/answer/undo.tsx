/** The time in which an approval can be taken back before the call runs. */

import { useEffect, useState } from "preact/hooks";
import { commands } from "../card/view.ts";
import { readAgain, undo } from "../state.ts";

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
  async function takeBack() {
    if (undoing) return;
    setUndoing(true);
    await undo(id);
    setUndoing(false);
  }
  useEffect(() => {
    if (isOver) return undefined;
    commands.current = {
      undo() {
        void takeBack();
        return true;
      },
    };
    return () => {
      commands.current = {};
    };
  }, [id, isOver]);
  if (isOver) return null;
  return (
    <div class="undo">
      <p>
        The call can run in <span role="timer">{Math.ceil(leftMs / 1_000)} s</span>.
      </p>
      <button type="button" disabled={undoing} onClick={takeBack}>
        Undo
      </button>
    </div>
  );
}
