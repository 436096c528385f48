/** The foot of the page: which build this is, and whether it is kept for use without a network. */

import { BUILD } from "../build.ts";
import { isServed } from "../place.ts";
import { canKeep, offline, switchOffline } from "./offline.ts";

export function Foot() {
  const status = offline.value;
  return (
    <footer class="page-foot">
      <span>
        Build <code>{BUILD.slice(0, 8)}</code>
      </span>
      {!isServed && canKeep && (
        <>
          <span role="status">{statusText()}</span>
          {status.state !== "keeping" && (
            <button type="button" class="link" onClick={() => switchOffline(status.state === "off")}>
              {status.state === "off" ? "Keep it for offline use" : "Do not keep it"}
            </button>
          )}
        </>
      )}
    </footer>
  );
}

function statusText(): string {
  const status = offline.value;
  if (status.state === "kept") return "Works offline";
  if (status.state === "keeping") return "Keeping it for offline use…";
  return status.why === null ? "Not kept for offline use" : `Not kept for offline use: ${status.why}`;
}
