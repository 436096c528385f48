/** Says that a newer version of the app is there, and lets a person take it when it suits them. */

import { newer, takeNewer } from "./offline.ts";

export function NewerNotice() {
  const found = newer.value;
  return (
    <div role="status">
      {found !== "none" && (
        <div class={`notice newer ${found === "took-over" ? "bad" : ""}`}>
          <p>
            {found === "waiting"
              ? "A new version is ready. This page goes on with its own until it is loaded again."
              : "A new version has taken over in another tab. This page is of the one before: it approves nothing until it is loaded again."}
          </p>
          <button type="button" onClick={takeNewer}>
            Reload
          </button>
        </div>
      )}
    </div>
  );
}
