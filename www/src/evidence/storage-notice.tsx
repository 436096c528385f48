/** Says that the history which was here is gone or shorter, on every view that draws it. */

import { Time } from "../ui/time.tsx";
import { counted } from "./counted.ts";
import { beginAnew, checkpoint, lost } from "./remembered.ts";

export function StorageNotice() {
  const gone = lost.value;
  if (gone === null) return null;
  const now = checkpoint.value?.size ?? 0;
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>The history that was here is not complete any more.</strong> It had{" "}
        {counted(gone.size, "entry", "entries")} at <Time ms={gone.atMs} />, and{" "}
        {now === 0
          ? "now there is none"
          : `what is there now is another one, or shorter: ${counted(now, "entry", "entries")}`}
        . The browser may have evicted it to make room, or somebody has removed or replaced it. No rule is relaxed and
        nothing that was seen before counts: every call that a rule would hold waits for a person.
      </p>
      <button type="button" onClick={beginAnew}>
        Go on with what is there
      </button>
    </div>
  );
}
