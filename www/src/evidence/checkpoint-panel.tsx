/** The checkpoint: what it is, to keep it elsewhere, and a reminder when that was long ago. */

import { useState } from "preact/hooks";
import { ShortDigest } from "../ui/short-digest.tsx";
import { Time } from "../ui/time.tsx";
import { counted } from "./counted.ts";
import { checkpoint, rememberExport, remembered } from "./remembered.ts";
import { dayName, save } from "./save.ts";

/** One is worth keeping elsewhere after so many entries, or so many days, whichever comes first. */
const ENTRIES_MAX = 50;
const DAYS_MAX = 7;
const DAY_MS = 86_400_000;

export function CheckpointPanel() {
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const now = checkpoint.value;
  const { exported } = remembered.value;
  if (now === undefined) return null;
  if (now === null) return <p class="quiet">There is no history yet, and so nothing to keep a checkpoint of.</p>;
  const text = `${JSON.stringify({ checkpoint: now })}\n`;
  const download = () => {
    save(new Blob([text], { type: "application/json" }), `countersign-checkpoint-${now.size}-${dayName()}.json`);
    rememberExport(now);
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      rememberExport(now);
      setCopied("yes");
    } catch {
      setCopied("failed");
    }
  };
  const why = reminder(now.size, exported?.checkpoint.size ?? null, exported?.atMs ?? null);
  return (
    <>
      {why !== null && <p class="notice">{why}</p>}
      <dl class="facts">
        <dt>Entries</dt>
        <dd>{now.size.toLocaleString()}</dd>
        <dt>Root</dt>
        <dd>
          <ShortDigest digest={now.root} />
        </dd>
        <dt>Kept elsewhere</dt>
        <dd>
          {exported === null ? (
            "never"
          ) : (
            <>
              <Time ms={exported.atMs} />, when there {exported.checkpoint.size === 1 ? "was" : "were"}{" "}
              {counted(exported.checkpoint.size, "entry", "entries")}
            </>
          )}
        </dd>
      </dl>
      <p class="hint">
        Keep it where whoever can write to this store cannot: in a mail to a colleague, in a repository, on paper. Only
        against it can anybody see later that the history was cut short or written anew.
      </p>
      <div class="toolbar">
        <button type="button" class="primary" onClick={download}>
          Download checkpoint
        </button>
        <button type="button" onClick={copy}>
          Copy
        </button>
        <span role="status" class="quiet">
          {copied === "yes" && "Copied."}
          {copied === "failed" && "The browser does not let this page copy; download it."}
        </span>
      </div>
    </>
  );
}

/** Why one should be kept elsewhere now, or `null`. */
function reminder(size: number, keptSize: number | null, keptAtMs: number | null): string | null {
  if (keptSize === null || keptAtMs === null) {
    return size < ENTRIES_MAX ? null : `No checkpoint of ${counted(size, "entry", "entries")} was ever kept elsewhere.`;
  }
  const more = size - keptSize;
  if (more >= ENTRIES_MAX)
    return `${counted(more, "entry has", "entries have")} come since a checkpoint was kept elsewhere.`;
  const days = Math.floor((Date.now() - keptAtMs) / DAY_MS);
  return more > 0 && days >= DAYS_MAX ? `The last checkpoint was kept elsewhere ${days} days ago.` : null;
}
