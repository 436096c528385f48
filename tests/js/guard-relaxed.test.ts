/** Rules that replace review, in guards: what has to be proven, who is drawn, and what ends them. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  type Checkpoint,
  type Entry,
  type GuardEvent,
  type GuardOptions,
  loadPolicy,
  type Store,
  verifyHistory,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { sqliteStore } from "countersign/stores/sqlite";
import { approve, hold, reject, type Stand, stand } from "./guards.ts";

const KEY = "5b".repeat(32);
const START_MS = 1_800_000_000_000; // 2027-01-15

/** A policy under which `note.write` is reviewed, unless the rule `notes` replaces that. */
function policyText(relaxed: Readonly<Record<string, unknown>> = {}, more = ""): string {
  const terms = { until: "2027-03-31", evidence: "20 of 20 approved", audit: 1e-9, ...relaxed };
  return `
rules:
  - { id: notes, tool: note.write, action: allow, risk: low, reversible: true, relaxed: ${JSON.stringify(terms)}${more} }
  - { id: asks, tool: note.write, action: escalate, risk: low, reversible: true }
  - { id: wire, tool: bank.wire, action: escalate }
`;
}

const notes = await loadPolicy(policyText());
const agent = { id: "bot", model: "m1", version: "1" };
const clockAt = (ms: number) => ({ ms });
const note = (number: number) => ({ tool: "note.write", args: { text: `note ${number}` } });

/** Lets people approve `count` calls, which then run. */
async function approved({ guard, people, clock }: Stand, count: number, from = 0): Promise<void> {
  for (let number = from; number < from + count; number += 1) {
    clock.ms += 1000;
    const record = await hold(guard, note(number));
    clock.ms += 4000;
    await people.review(record.id, { verdict: "approve", digest: record.digest, shownMs: 4000 });
    const resumed = await guard.resume(record.id);
    assert.equal(resumed.status, "ready");
  }
}

async function checkpointOf(store: Store): Promise<Checkpoint> {
  const { checkpoint, problems } = await verifyHistory(store);
  assert.deepEqual(problems, []);
  assert.ok(checkpoint);
  return checkpoint;
}

/** A store in which people let 20 calls run, and the checkpoint of that. */
async function evidence(store: Store = memoryStore(), options: Partial<GuardOptions> = {}) {
  const clock = clockAt(START_MS);
  const before = stand({ policy: notes, store, agent, record: "held", ...options }, clock);
  await approved(before, 20);
  before.guard.close();
  return { store, clock, checkpoint: await checkpointOf(store) };
}

type Proven = Awaited<ReturnType<typeof evidence>>;

/** A guard that may relax, once it has read the history. */
async function relaxing({ store, clock, checkpoint }: Proven, options: Partial<GuardOptions> = {}): Promise<Stand> {
  let began: (event: GuardEvent) => void = () => undefined;
  const begun = new Promise<GuardEvent>((resolve) => {
    began = resolve;
  });
  const standing = stand(
    {
      policy: notes,
      store,
      agent,
      user: "ann",
      relaxing: { key: KEY, checkpoint },
      on: (event) => event.type === "relaxing" && began(event),
      ...options,
    },
    clock,
  );
  await begun;
  return standing;
}

function isOn({ events }: Stand): boolean | undefined {
  return events.findLast((event) => event.type === "relaxing")?.isOn;
}

async function decidedBy({ guard }: Pick<Stand, "guard">, call = note(0)) {
  const checked = await guard.check(call);
  return checked.status === "pending" ? checked.escalation.decision.rule : checked.decision?.rule;
}

/** Runs `body` without what guards say on the console; answers that. */
async function quietly(body: () => Promise<void>): Promise<readonly string[]> {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (...said: unknown[]) => warnings.push(said.join(" "));
  try {
    await body();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

for (const kind of ["memory", "sqlite"] as const) {
  test(`a rule replaces review once the history is verified, and the history tells it (${kind})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-relaxed-"));
    const store = kind === "memory" ? memoryStore() : sqliteStore({ file: join(folder, "calls.db") });
    try {
      const proven = await evidence(store);
      const waits = new Promise<Checkpoint>(() => undefined);
      const early = stand(
        { policy: notes, store, agent, relaxing: { key: KEY, checkpoint: () => waits } },
        proven.clock,
      );
      assert.equal(await decidedBy(early), "asks", "before it has read the history");
      early.guard.close();

      const standing = await relaxing(proven);
      assert.equal(isOn(standing), true);
      const write = standing.guard.wrap("note.write", ({ text }: { text: string }) => `wrote ${text}`);
      assert.equal(await write({ text: "note 1" }), "wrote note 1");
      const [policy, decision] = (await standing.history()).slice(-2);
      assert.ok(policy?.type === "policy" && decision?.type === "decision");
      assert.equal(policy.relaxed?.length, 1);
      assert.deepEqual([decision.decision.action, decision.decision.rule], ["allow", "notes"]);
      await verifyHistory(store, { checkpoint: proven.checkpoint }).then(({ problems }) =>
        assert.deepEqual(problems, []),
      );
      assert.equal(await decidedBy(standing, { tool: "bank.wire", args: { text: "1" } }), "wire");

      const without = stand({ policy: notes, store, agent }, proven.clock);
      assert.equal(await decidedBy(without), "asks", "a guard that is told nothing relaxes nothing");
    } finally {
      await store.close();
      rmSync(folder, { recursive: true });
    }
  });
}

test("who is in the share, and whose calls are audited, is drawn from the key, the rule, the user and the day", async () => {
  const [share, audit] = [0.5, 0.3];
  const policy = await loadPolicy(policyText({ share, audit }));
  const proven = await evidence();
  const digest = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const rule = digest(
    `countersign/rule/1\0${JSON.stringify({ action: "allow", reversible: true, risk: "low", tool: ["note.write"] })}`,
  );
  const draw = (which: string, user: string | null) => {
    const text = `countersign/relaxed-${which}/1\0${JSON.stringify({ day: "2027-01-15", rule, user })}`;
    const mac = createHmac("sha256", Buffer.from(KEY, "hex")).update(text).digest();
    return Number(mac.readBigUInt64BE() >> 11n) / 2 ** 53;
  };
  const rules: string[] = [];
  for (let number = 0; number < 40; number += 1) {
    const id = number === 0 ? null : `user-${number}`;
    const expected = draw("share", id) < share && draw("audit", id) >= audit ? "notes" : "asks";
    const user = id === null ? { user: { name: "nobody" } } : { user: number % 2 ? id : { id, role: "writer" } };
    const standing = await relaxing(proven, { policy, ...user, session: `s${number}` });
    for (const call of [note(number), note(number + 100)]) {
      assert.equal(await decidedBy(standing, call), expected, `${id}`);
    }
    rules.push(expected);
    standing.guard.close();
  }
  const applied = rules.filter((rule) => rule === "notes").length;
  assert.ok(applied > 5 && applied < 35, `${applied} of 40`);
});

test("a rule ends with its last day, and one with a share of 0 or an audit of 1 lets nothing run", async () => {
  const proven = await evidence();
  for (const terms of [{ share: 0 }, { audit: 1 }]) {
    const policy = await loadPolicy(policyText(terms));
    assert.equal(await decidedBy(await relaxing(proven, { policy })), "asks", JSON.stringify(terms));
  }
  const standing = await relaxing(proven);
  proven.clock.ms = Date.UTC(2027, 3, 1) - 1;
  assert.equal(await decidedBy(standing), "notes");
  proven.clock.ms += 1;
  assert.equal(await decidedBy(standing), "asks");
});

test("e25_without_evidence_in_the_history_a_rule_is_off", async () => {
  const store = memoryStore();
  const few = stand({ policy: notes, store, agent }, clockAt(START_MS));
  await approved(few, 19);
  const proven = { store, clock: few.clock, checkpoint: await checkpointOf(store) };
  const standing = await relaxing(proven);
  assert.equal(isOn(standing), true, "the history is whole");
  assert.equal(await decidedBy(standing), "asks");
  // What follows the checkpoint anybody could have written who can write to the store.
  await approved(few, 5, 19);
  assert.equal(await decidedBy(await relaxing(proven)), "asks");
});

test("e05_e20_without_a_checkpoint_of_the_history_every_rule_is_off_and_that_is_said", async () => {
  const proven = await evidence();
  const answers: readonly GuardOptions["relaxing"][] = [
    { key: KEY, checkpoint: null },
    { key: KEY, checkpoint: () => null },
    { key: KEY, checkpoint: async () => null },
    { key: KEY, checkpoint: () => Promise.reject(new Error("the vault is closed")) },
    { key: KEY, checkpoint: { ...proven.checkpoint, size: 0 } },
  ];
  for (const options of answers) {
    const warnings = await quietly(async () => {
      const standing = await relaxing(proven, { ...(options && { relaxing: options }) });
      assert.equal(isOn(standing), false);
      for (const number of [1, 2, 3]) assert.equal(await decidedBy(standing, note(number)), "asks");
      standing.guard.close();
    });
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0] ?? "", /^countersign: no rule with `relaxed` is in force in the guard of `bot`: /);
  }
  const empty = { store: memoryStore(), clock: proven.clock, checkpoint: proven.checkpoint };
  const warnings = await quietly(async () => {
    assert.equal(await decidedBy(await relaxing(empty)), "asks", "the store was evicted");
  });
  assert.match(warnings[0] ?? "", /proves nothing: it ends before the checkpoint/);
});

test("a checkpoint that comes later is asked for again", async () => {
  const proven = await evidence();
  let kept: Checkpoint | null = null;
  const warnings = await quietly(async () => {
    const standing = await relaxing(proven, {
      relaxing: { key: KEY, checkpoint: () => kept ?? Promise.reject(new Error("no")) },
    });
    kept = proven.checkpoint;
    assert.equal(await decidedBy(standing), "asks");
    proven.clock.ms += 61_000;
    for (let tries = 0; isOn(standing) !== true && tries < 1000; tries += 1) await decidedBy(standing, note(tries));
    assert.equal(await decidedBy(standing, note(1)), "notes");
  });
  assert.equal(warnings.length, 1);
});

/** `store`, which answers other entries than it has. */
function tampered(store: Store, change: (entries: readonly Entry[]) => readonly Entry[]): Store {
  return { ...store, history: async (query) => change(await store.history(query)) };
}

test("e01_a_history_that_was_edited_relaxes_nothing_until_the_guard_is_made_anew", async () => {
  const proven = await evidence();
  const rewrite = (entry: Entry): Entry =>
    entry.seq === 7 && entry.event.type === "review"
      ? { ...entry, event: { ...entry.event, verdict: entry.event.verdict === "reject" ? "approve" : "reject" } }
      : { ...entry, atMs: entry.seq === 7 ? entry.atMs + 1 : entry.atMs };
  const store = tampered(proven.store, (entries) => entries.map(rewrite));
  const warnings = await quietly(async () => {
    const standing = await relaxing({ ...proven, store });
    assert.equal(isOn(standing), false);
    assert.equal(await decidedBy(standing), "asks");
    proven.clock.ms += 3_600_000;
    assert.equal(await decidedBy(standing, note(1)), "asks");
  });
  assert.match(warnings.join(), /an entry is not what was sealed after the one before it/);
});

test("e01_what_is_edited_while_a_guard_follows_ends_relaxing_at_once", async () => {
  const proven = await evidence();
  let edits = false;
  const last = proven.checkpoint.size;
  const store = tampered(proven.store, (entries) =>
    entries.map((entry) => (edits && entry.seq >= last ? { ...entry, salt: "0".repeat(32) } : entry)),
  );
  const warnings = await quietly(async () => {
    const standing = await relaxing({ ...proven, store });
    assert.equal(await decidedBy(standing), "notes");
    edits = true;
    assert.equal(await decidedBy(standing, note(1)), "asks");
    assert.equal(isOn(standing), false);
    edits = false;
    assert.equal(await decidedBy(standing, note(2)), "asks", "and it stays so");
  });
  assert.equal(warnings.length, 1);
});

test("e02_e03_a_store_set_back_behind_the_checkpoint_relaxes_nothing", async () => {
  const proven = await evidence();
  const later = stand({ policy: notes, store: proven.store, agent }, proven.clock);
  const old = await evidence();
  await hold(later.guard, note(99));
  const checkpoint = await checkpointOf(proven.store);
  await quietly(async () => {
    assert.equal(isOn(await relaxing({ ...old, checkpoint })), false, "another history");
    const short: Store = { ...old.store };
    assert.equal(
      isOn(await relaxing({ ...old, store: short, checkpoint: { ...old.checkpoint, size: old.checkpoint.size + 1 } })),
      false,
    );
  });
});

test("a severe rejection in another guard ends a rule for the very next call, and for every guard after it", async () => {
  const severe = await loadPolicy(policyText().replaceAll("risk: low", "risk: high"));
  const proven = await evidence(memoryStore(), { policy: severe });
  const standing = await relaxing(proven, { policy: severe });
  assert.equal(await decidedBy(standing), "notes");
  const other = stand({ policy: severe, store: proven.store, agent: "other", session: "s2" }, proven.clock);
  const record = await hold(other.guard, note(7));
  assert.equal(await decidedBy(standing, note(1)), "notes", "nobody has said anything against it yet");
  await reject(other.people, record);
  assert.equal(await decidedBy(standing, note(2)), "asks");
  const tightened = { type: "tightened", rule: "notes", why: "severe-rejection", escalation: record.id };
  assert.deepEqual(
    standing.events.filter(({ type }) => type === "tightened"),
    [tightened],
  );

  proven.clock.ms += 120_000;
  await approved(other, 40, 100);
  const checkpoint = await checkpointOf(proven.store);
  const restarted = await relaxing({ ...proven, checkpoint }, { policy: severe });
  assert.deepEqual(
    restarted.events.filter(({ type }) => type === "tightened"),
    [tightened],
  );
  assert.equal(await decidedBy(restarted, note(3)), "asks");

  const renewed = await loadPolicy(policyText({ evidence: "60 of 61 approved" }).replaceAll("risk: low", "risk: high"));
  assert.equal(
    await decidedBy(await relaxing({ ...proven, checkpoint }, { policy: renewed, agent: "other" })),
    "asks",
    "what somebody refused is not let run under another name either",
  );
});

test("rejections of calls that the rule lets run are too many when they come close together", async () => {
  const proven = await evidence();
  const standing = await relaxing(proven);
  assert.equal(await decidedBy(standing), "notes");
  const other = stand({ policy: notes, store: proven.store, agent, user: "ben", session: "s2" }, proven.clock);
  await reject(other.people, await hold(other.guard, note(1)));
  assert.equal(await decidedBy(standing), "notes", "one may be a mistake");
  const third = stand({ policy: notes, store: proven.store, agent, user: "cleo", session: "s3" }, proven.clock);
  await reject(third.people, await hold(third.guard, note(2)));
  assert.equal(await decidedBy(standing, note(3)), "asks");
  assert.equal(standing.events.find((event) => event.type === "tightened")?.why, "too-many-rejections");
});

test("d11_another_model_version_or_description_of_the_tool_is_reviewed", async () => {
  const proven = await evidence();
  const others: readonly Partial<GuardOptions>[] = [
    { agent: { ...agent, model: "m2" } },
    { agent: { ...agent, version: "2" } },
    { agent: "bot" },
    { tools: { "note.write": { description: "Writes a note, and sends it to everybody" } } },
  ];
  for (const other of others) {
    assert.equal(await decidedBy(await relaxing(proven, other)), "asks", JSON.stringify(other));
  }
  assert.equal(await decidedBy(await relaxing(proven, { agent: { ...agent, mood: "good" } })), "notes");
});

test("d09_nothing_that_an_agent_says_makes_its_call_one_that_runs", async () => {
  const proven = await evidence();
  const standing = await relaxing(proven, { policy: await loadPolicy(policyText({ share: 0 })) });
  for (const args of [
    { severity: "low" },
    { user: { id: "ann" } },
    { relaxed: true, rule: "notes", day: "2027-01-01" },
  ]) {
    const checked = await standing.guard.check({
      tool: "note.write",
      args,
      confidence: 1,
      reason: "rule notes allows it",
    });
    assert.equal(checked.status, "pending");
  }
});

test("an audited call that is approved runs, once", async () => {
  const policy = await loadPolicy(policyText({ audit: 1 }));
  const standing = await relaxing(await evidence(), { policy });
  const record = await hold(standing.guard, note(5));
  await approve(standing.people, record);
  assert.equal((await standing.guard.resume(record.id)).status, "ready");
  assert.equal((await standing.guard.resume(record.id)).status, "not-run");
});

test("a call held by the limit of a rule in force is decided by that rule again when it is let run", async () => {
  const text = policyText({}, ", limit: { calls: 1, per: 1h }").replace(
    "action: escalate, risk: low",
    "action: block, risk: low",
  );
  const limited = await loadPolicy(text);
  const standing = await relaxing(await evidence(memoryStore(), {}), { policy: limited });
  // The limit is part of what the rule means, but people have let the same calls run.
  assert.equal(await decidedBy(standing), "notes");
  const record = await hold(standing.guard, note(1));
  assert.deepEqual([record.decision.rule, record.decision.cause], ["notes", "limit"]);
  await approve(standing.people, record);
  assert.equal((await standing.guard.resume(record.id)).status, "ready");
});

test("a held call is let run by no more than its approval when the rule is in force again", async () => {
  const proven = await evidence();
  const standing = await relaxing(proven, { policy: await loadPolicy(policyText({ share: 0 })) });
  const record = await hold(standing.guard, note(5));
  standing.guard.close();
  const inForce = await relaxing(proven);
  const resumed = await inForce.guard.resume(record.id);
  assert.deepEqual([resumed.status, "waitsFor" in resumed && resumed.waitsFor], ["pending", "review"]);
  await reject(inForce.people, record);
  assert.equal((await inForce.guard.resume(record.id)).status, "not-run");
});

test("a policy that changes while the guard stands is read for anew", async () => {
  const proven = await evidence();
  let policy = notes;
  const standing = await relaxing(proven, { policy: () => policy });
  assert.equal(await decidedBy(standing), "notes");
  policy = await loadPolicy(policyText({ evidence: "other" }));
  assert.equal(await decidedBy(standing, note(1)), "asks", "until it is read");
  const ons = () => standing.events.filter((event) => event.type === "relaxing" && event.isOn).length;
  for (let tries = 0; ons() < 2 && tries < 1000; tries += 1) await decidedBy(standing, note(tries));
  assert.equal(await decidedBy(standing, note(2)), "notes");
});

test("who records only held calls still records what a rule let run instead of review", async () => {
  const standing = await relaxing(await evidence(), { record: "held" });
  assert.equal(await decidedBy(standing), "notes");
  const last = (await standing.history()).at(-1);
  assert.ok(last?.type === "decision" && last.decision.rule === "notes");
});

test("guards that only observe or hold every call relax nothing, and need no history", async () => {
  const proven = await evidence();
  const relaxingOptions = { key: KEY, checkpoint: proven.checkpoint };
  const options = { policy: notes, store: proven.store, agent, relaxing: relaxingOptions } as const;
  const held = stand({ ...options, hold: "all" }, proven.clock);
  assert.equal(await decidedBy(held), "asks");
  await quietly(async () => {
    const observing = stand({ ...options, enforce: false }, proven.clock);
    assert.equal(await decidedBy(observing), "asks");
    assert.equal(isOn(observing), undefined);
  });
  assert.equal(isOn(held), undefined);
});

test("a policy without such rules needs neither checkpoint nor warning", async () => {
  const warnings = await quietly(async () => {
    const standing = stand({ relaxing: { key: KEY, checkpoint: null } });
    assert.equal((await standing.guard.check({ tool: "file.read", args: {} })).status, "allowed");
    assert.equal(isOn(standing), undefined);
  });
  assert.deepEqual(warnings, []);
});

test("what is wrong with the options is told without the key", () => {
  const checkpoint = null;
  const wrong: readonly [unknown, RegExp][] = [
    [{ key: "5b".repeat(31), checkpoint }, /`relaxing\.key` must be 32 random bytes/],
    [{ key: "5g".repeat(32), checkpoint }, /`relaxing\.key` must be 32 random bytes/],
    [{ key: new Uint8Array(31), checkpoint }, /`relaxing\.key` must be 32 random bytes/],
    [{ key: new Uint16Array(32), checkpoint }, /`relaxing\.key` must be 32 random bytes/],
    [{ checkpoint }, /`relaxing\.key` must be 32 random bytes/],
    [{ key: KEY }, /`relaxing\.checkpoint` must be a checkpoint/],
    [{ key: KEY, checkpoint: "kept" }, /`relaxing\.checkpoint` must be a checkpoint/],
    [{ key: KEY, checkpont: null }, /did you mean `checkpoint`\?/],
    ["on", /`relaxing` must be an object/],
  ];
  for (const [relaxing, message] of wrong) {
    assert.throws(
      () => stand({ relaxing: relaxing as never }),
      (error: unknown) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("5b5b"));
        return true;
      },
    );
  }
  for (const key of [Buffer.alloc(32, 1), "AB".repeat(32)]) stand({ relaxing: { key, checkpoint } });
});
