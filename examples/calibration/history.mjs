/**
 * Four weeks of a made-up support desk: `node history.mjs NEW` makes the folder NEW, with its policy and `calls.db`, the
 * store of its guard.
 *
 * An agent asks for 320 refunds, and two reviewers read each. They reject those of more than 100.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEscalations, createGuard, loadPolicy } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";

const [folder] = process.argv.slice(2);
if (folder === undefined || existsSync(folder)) {
  console.error("Name a folder that is not there yet: node history.mjs NEW");
  process.exit(2);
}
mkdirSync(folder);
const DAYS = 28;
const REFUNDS = 320;
const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 5, 1, 8);
const REASONS = ["the cup was broken", "two were ordered, one came", "it came too late", "the wrong colour"];

const text = readFileSync(new URL("refunds.yaml", import.meta.url), "utf8");
writeFileSync(join(folder, "refunds.yaml"), text);
const policy = await loadPolicy(text);
let nowMs = FIRST_MS;
const now = () => nowMs;
const store = sqliteStore({ file: join(folder, "calls.db") });
const people = createEscalations({ store, now });

for (let nth = 0; nth < REFUNDS; nth += 1) {
  nowMs = Math.max(nowMs + 1, FIRST_MS + Math.floor((nth * DAYS) / REFUNDS) * DAY_MS);
  const isLarge = nth % 40 === 39;
  const amount = isLarge ? 100 + nth : 5 + ((nth * 7) % 36);
  const guard = createGuard({
    policy,
    store,
    agent: "desk",
    user: `customer-${nth % 60}`,
    session: `chat-${nth}`,
    record: "held",
    now,
  });
  const checked = await guard.check({
    tool: "refund",
    args: { order: String(10_000 + nth), amount, note: REASONS[nth % REASONS.length] },
  });
  if (checked.status !== "pending") throw new Error(`a refund did not wait: ${checked.status}`);
  nowMs += (3 + (nth % 11)) * 60_000;
  const by = nth % 2 === 0 ? "ana" : "ben";
  const { id, escalation } = checked;
  const verdict = isLarge ? "reject" : "approve";
  const note = isLarge ? { note: "more than it cost" } : {};
  await people.review(id, { verdict, digest: escalation.digest, shownMs: 9_000, by, ...note });
  guard.close();
}
await store.close();
