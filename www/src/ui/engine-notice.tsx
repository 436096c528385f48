import { engine, startEngine } from "../engine/client.ts";
import { VisibleText } from "../text/visible-text.tsx";

/** Says that the engine is gone, and offers to restart it. */
export function EngineNotice() {
  const status = engine.value;
  if (status.state !== "failed") return null;
  if (status.what === "session") {
    return (
      <div class="notice bad" role="alert">
        <p>
          This page may not read the held calls: <VisibleText text={status.message} />.
        </p>
        <button type="button" onClick={startEngine}>
          Try again
        </button>
      </div>
    );
  }
  return (
    <div class="notice bad" role="alert">
      <p>
        The engine has stopped: <VisibleText text={status.message} />. Nothing is decided, allowed or approved until it
        runs again.
      </p>
      <button type="button" onClick={startEngine}>
        Restart engine
      </button>
    </div>
  );
}
