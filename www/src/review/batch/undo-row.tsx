/** Takes one approval of a batch back before its call runs. */

import { useEffect, useState } from "preact/hooks";
import { VisibleText } from "../../text/visible-text.tsx";
import { refused, undo } from "../state.ts";

const TICK_MS = 250;

interface Props {
  readonly id: string;
  readonly number: number;
  readonly untilMs: number;
}

export function UndoRow({ id, number, untilMs }: Props) {
  const [leftMs, setLeftMs] = useState(untilMs - Date.now());
  const [state, setState] = useState<"can" | "undoing" | "undone">("can");
  const [problem, setProblem] = useState<string | null>(null);
  const isOver = leftMs <= 0;
  useEffect(() => {
    if (isOver) return undefined;
    const timer = setInterval(() => setLeftMs(untilMs - Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [untilMs, isOver]);
  async function takeBack() {
    if (state !== "can") return;
    setState("undoing");
    await undo(id);
    const trouble = refused.value?.id === id ? refused.value.message : null;
    setProblem(trouble);
    setState(trouble === null ? "undone" : "can");
  }
  if (state === "undone") {
    return (
      <span class="chip expired" role="status">
        approved (undone)
      </span>
    );
  }
  return (
    <>
      <span class="chip approved">approved</span>{" "}
      {!isOver && (
        <button type="button" aria-label={`Undo the approval of call ${number}`} onClick={takeBack}>
          Undo <span role="timer">{Math.ceil(leftMs / 1_000)} s</span>
        </button>
      )}
      {problem !== null && (
        <span class="field-problem" role="alert">
          <VisibleText text={problem} />
        </span>
      )}
    </>
  );
}
