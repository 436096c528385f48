/** Somebody else can write to the store: a script of another page of the origin, or anybody with the file. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import canonicalize from "canonicalize";
import {
  createEscalations,
  createGuard,
  type Digest,
  type Entry,
  type Event,
  type Head,
  loadPolicy,
  type Store,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";

const POLICY = "rules: [{ tool: '*', action: escalate }]";

let store: Store;
beforeEach(() => {
  store = memoryStore();
});

function sha(label: string, value: unknown): Digest {
  return `sha256:${createHash("sha256")
    .update(`${label}\0${canonicalize(value)}`)
    .digest("hex")}`;
}

/** An entry as anybody can make one who knows how, or with a hash that was made up. */
function entryAfter(head: Head, id: string, event: Event, isSealed: boolean): Entry {
  const salt = "0".repeat(32);
  const commitment = sha("countersign/event/1", { event, salt });
  const line = { seq: head.size, atMs: head.atMs, id, previous: head.hash };
  const hash = sha("countersign/entry/1", isSealed ? { ...line, type: event.type, commitment } : line);
  return { ...line, event, salt, hash };
}

/** RFC 6962: each full tree that the new leaf completes joins the one before it. */
function peaksAfter({ size, peaks }: Head, hash: Digest): readonly Digest[] {
  const bytes = (digest: Digest) => Buffer.from(digest.slice("sha256:".length), "hex");
  const hashOf = (...parts: readonly (Buffer | number)[]): Digest => {
    const all = Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.of(part) : part)));
    return `sha256:${createHash("sha256").update(all).digest("hex")}`;
  };
  const before = [...peaks];
  let last = hashOf(0, bytes(hash));
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = before.pop();
    if (left) last = hashOf(1, bytes(left), bytes(last));
  }
  return [...before, last];
}

async function appendBehindOurBack(entry: Entry): Promise<void> {
  const head = await store.head();
  const peaks = peaksAfter(head, entry.hash);
  const after = { ...head, size: head.size + 1, origin: head.origin ?? entry.hash, hash: entry.hash, peaks };
  assert.ok(await store.append({ entries: [entry], head: after, index: [], marks: null, used: [] }));
}

async function heldCall() {
  const policy = await loadPolicy(POLICY);
  const guard = createGuard({ policy, store, agent: "support" });
  const checked = await guard.check({ tool: "mail", args: { to: "bob" } });
  assert.ok(checked.status === "pending");
  return { guard, id: checked.id, digest: checked.escalation.digest };
}

const approval = (digest: Digest): Event => ({
  type: "review",
  by: null,
  verdict: "approve",
  note: null,
  digest,
  confirmed: {},
  undoMs: 0,
  shownMs: null,
  inBatch: false,
  proof: null,
});

test("e10_sibling_page_writes: an approval that is not sealed as entries are lets nothing run", async () => {
  const { guard, id, digest } = await heldCall();
  await appendBehindOurBack(entryAfter(await store.head(), id, approval(digest), false));
  await assert.rejects(guard.resume(id), { code: "broken-history" });
  await assert.rejects(createEscalations({ store }).read(id), { code: "broken-history" });
  const page = await createEscalations({ store }).list();
  assert.deepEqual([page.items.length, page.damaged[0]?.id], [0, id]);
});

test("e10_sibling_page_writes_well: where reviewers are named, a well sealed approval without their proof lets nothing run", async () => {
  const policy = await loadPolicy("rules: [{ tool: '*', action: escalate, review: { reviewers: [ana] } }]");
  const guard = createGuard({ policy, store, agent: "support", verify: async () => null });
  const checked = await guard.check({ tool: "mail", args: {} });
  assert.ok(checked.status === "pending");
  const forged = { ...approval(checked.escalation.digest), by: "ana", proof: "mine" } as Event;
  await appendBehindOurBack(entryAfter(await store.head(), checked.id, forged, true));
  assert.equal((await guard.resume(checked.id)).status, "pending");
});

test("whoever can write to the store can approve where the rule does not say who reviews: docs/guard.md says so", async () => {
  const guide = readFileSync(new URL("../../docs/guard.md", import.meta.url), "utf8");
  assert.ok(guide.includes("An agent that can run as its reviewer, or write to the store, can approve itself"));
  const { guard, id, digest } = await heldCall();
  await appendBehindOurBack(entryAfter(await store.head(), id, approval(digest), true));
  assert.equal((await guard.resume(id)).status, "ready");
});
