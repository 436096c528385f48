/** Days of a history, made by the engine at other times than now, and put where the page keeps it. */

import { createEscalations, type Entry, type Head, loadPolicy } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import type { Page } from "./app.ts";

export const POLICY = `
rules:
  - { id: outbound-mail, tool: email.send, action: escalate, risk: high, review: { expires: 4h } }
  - { id: refunds, tool: payment.refund, action: escalate, risk: medium, review: { expires: 4h } }
  - { id: file-writes, tool: file.write, action: escalate, risk: low, review: { expires: 4h } }
`;

const TOOLS = ["email.send", "payment.refund", "file.write"] as const;
const HOUR_MS = 3_600_000;

export interface Past {
  readonly entries: readonly Entry[];
  readonly head: Head;
}

/**
 * `days` days up to `endMs` with 12 calls each: of every rule four, of which the first is approved after 2 minutes, the
 * second after 6, the third rejected after 10, and the last expires, or on the last day still waits.
 */
export async function past(days: number, endMs: number, note = "Seen"): Promise<Past> {
  let nowMs = endMs - days * 24 * HOUR_MS;
  const policy = await loadPolicy(POLICY);
  const store = memoryStore();
  const escalations = createEscalations({ store, now: () => nowMs });
  for (let day = 0; day < days; day += 1) {
    for (let each = 0; each < 12; each += 1) {
      nowMs = endMs - (days - day) * 24 * HOUR_MS + each * HOUR_MS;
      const tool = TOOLS[each % 3] ?? "file.write";
      const session = `s${day}-${each}`;
      const { id, digest } = await escalations.open(policy, {
        tool,
        session,
        args: { to: `person-${day}@acme.com`, day },
      });
      if (each >= 9) continue;
      const verdict = each < 6 ? "approve" : "reject";
      const waitedMs = [2, 6, 10][Math.floor(each / 3)] ?? 0;
      nowMs += waitedMs * 60_000;
      await escalations.review(id, {
        verdict,
        digest,
        by: each % 2 === 0 ? "ana" : "ben",
        note: `${note} ${day}`,
        shownMs: 4_000,
      });
    }
  }
  const head = await store.head();
  return { entries: await store.history({ from: 0, limit: head.size }), head };
}

/** Puts `past` in the place of the page's history, as somebody with the developer tools could. */
export async function keep(page: Page, { entries, head }: Past, name = "countersign"): Promise<void> {
  await page.evaluate(
    async ([kept, end, database]) => {
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(database);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      const writing = opened.transaction(["history", "state"], "readwrite");
      writing.objectStore("history").clear();
      for (const entry of kept) writing.objectStore("history").put(entry);
      writing.objectStore("state").put(end, "head");
      await new Promise<void>((resolve, reject) => {
        writing.oncomplete = () => resolve();
        writing.onabort = () => reject(writing.error);
      });
      opened.close();
    },
    [entries, head, name] as const,
  );
}
