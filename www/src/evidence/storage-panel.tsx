/** Where the history is kept, and whether the browser may throw it away. */

import { useEffect, useState } from "preact/hooks";
import { isServed } from "../place.ts";

interface Storage {
  readonly persisted: boolean;
  readonly used: number | null;
  readonly quota: number | null;
}

export function StoragePanel() {
  const [storage, setStorage] = useState<Storage | null>(null);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    void readStorage().then(setStorage);
  }, []);
  if (isServed) {
    return (
      <p class="quiet">The history is kept in the store that `countersign review` serves, and not in this browser.</p>
    );
  }
  if (storage === null) return null;
  const { persisted, used, quota } = storage;
  const ask = async () => {
    const granted = await navigator.storage.persist().catch(() => false);
    setRefused(!granted);
    setStorage(await readStorage());
  };
  return (
    <div class="storage">
      <p>
        {persisted
          ? "The browser has promised to keep this history."
          : "The browser may throw this history away when the disk is full. If it does, every call waits for a person again."}
        {used !== null && quota !== null && ` ${megabytes(used)} of ${megabytes(quota)} are used.`}
      </p>
      {!persisted && (
        <button type="button" onClick={ask}>
          Ask the browser to keep it
        </button>
      )}
      <span role="status" class="quiet">
        {refused && "The browser did not promise it. Add the page to the home screen or the bookmarks, and ask again."}
      </span>
    </div>
  );
}

async function readStorage(): Promise<Storage> {
  try {
    const [persisted, { usage = null, quota = null }] = await Promise.all([
      navigator.storage.persisted(),
      navigator.storage.estimate(),
    ]);
    return { persisted, used: usage, quota };
  } catch {
    return { persisted: false, used: null, quota: null };
  }
}

function megabytes(bytes: number): string {
  const count = bytes / 1e6;
  return `${count < 10 ? count.toFixed(1) : Math.round(count).toLocaleString()} MB`;
}
