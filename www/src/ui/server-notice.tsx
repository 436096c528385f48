import { server } from "../engine/client.ts";
import { VisibleText } from "../text/visible-text.tsx";

/** Says that the server of this page does not answer, as long as that is so. */
export function ServerNotice() {
  if (server.value === null) return null;
  return (
    <div class="notice bad" role="alert">
      <p>
        <VisibleText text={server.value} /> What stands here may be old, and no answer is recorded meanwhile.
      </p>
    </div>
  );
}
