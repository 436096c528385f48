/** Check cards: what is planted, how often, that it can be found, and that it never comes to where real calls are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Call,
  type CardRow,
  createSummariser,
  type EscalationRecord,
  exportHistory,
  plantCall,
  presentCard,
} from "countersign";
import type { CheckOutcome, Given } from "../../www/src/engine/attention/api.ts";
import { type Args, leavesOf } from "../../www/src/engine/attention/arguments.ts";
import { oneOf } from "../../www/src/engine/attention/chance.ts";
import { approvalsOf, chanceOf, foundIn } from "../../www/src/engine/attention/observed.ts";
import { TEMPLATES } from "../../www/src/engine/attention/templates/all.ts";
import { createWorld, officeCalls, seeded, type World } from "./attention-world.ts";

const READ: Given = { verdict: "approve", shownMs: 9_000, readingFloorMs: 2_000, inBatch: false, atMs: 0 };
const DAY_MS = 24 * 3_600_000;

/** Answers one real call, as the review part does: recorded first, told to attention after. */
async function answerOne(world: World, call: Call, given: Partial<Given> = {}): Promise<EscalationRecord> {
  const { id, digest } = await world.propose(call);
  const verdict = given.verdict ?? "approve";
  const record = await world.escalations.review(id, { verdict, digest, shownMs: READ.shownMs });
  await world.attention.reviewed({ ...READ, atMs: world.now(), ...given }, await world.sample());
  return record;
}

test("there are at least fifty templates, each known by an id and telling its hazard", () => {
  assert.ok(TEMPLATES.length >= 50, `${TEMPLATES.length}`);
  assert.equal(new Set(TEMPLATES.map(({ id }) => id)).size, TEMPLATES.length);
  for (const { id, hazard } of TEMPLATES) {
    assert.match(id, /^[a-z]+(-[a-z]+)+$/);
    assert.match(hazard, /^[a-z].*[^.]$/);
  }
});

test("each template fits a call of an office, and changes exactly one field, to what it says stands there", () => {
  const random = seeded(1);
  const fitting = new Set<string>();
  for (let round = 0; round < 30; round += 1) {
    for (const call of officeCalls(random)) {
      const before = fieldsOf(call.args ?? {});
      for (const template of TEMPLATES) {
        const planted = template.plant(call, random);
        if (planted === null) continue;
        fitting.add(template.id);
        const after = fieldsOf(planted.args);
        const changed = [...after].filter(([field, value]) => before.get(field) !== value).map(([field]) => field);
        assert.ok(changed.length === 1 && changed[0]?.startsWith(planted.field), `${template.id}: ${changed} changed`);
        assert.deepEqual(
          [...before.keys()].filter((field) => !after.has(field)),
          [],
          template.id,
        );
      }
    }
  }
  assert.deepEqual(
    TEMPLATES.map(({ id }) => id).filter((id) => !fitting.has(id)),
    [],
  );
});

test("a template leaves a call alone that has no place for it", () => {
  const random = seeded(2);
  const bare: Call = { tool: "weather.read", args: { city: "Oslo", days: 3 } };
  assert.deepEqual(
    TEMPLATES.filter(({ plant }) => plant(bare, random) !== null).map(({ id }) => id),
    [],
  );
  assert.deepEqual(
    TEMPLATES.filter(({ plant }) => plant({ tool: "x" }, random) !== null).map(({ id }) => id),
    [],
  );
});

test("nothing of the call that is the pattern is changed, own `__proto__` and deep lists among it", () => {
  const args = JSON.parse('{"to":["a@acme.com"],"deep":[[{"url":"https://acme.com/a"}]],"__proto__":{"x":1}}') as Args;
  const before = JSON.stringify(args);
  for (const { plant } of TEMPLATES) plant({ tool: "email.send", args }, seeded(3));
  assert.equal(JSON.stringify(args), before);
  assert.equal(({} as { x?: unknown }).x, undefined);
});

test("about three of a hundred answers are to check cards, at random distances", async () => {
  const world = await createWorld(4);
  const gaps: number[] = [];
  let since = 0;
  for (let answers = 0; answers < 2_500; answers += 1) {
    world.pass(60_000);
    since += 1;
    await world.attention.reviewed({ ...READ, atMs: world.now() }, [pattern(await recordsOf(world), answers)]);
    // Whoever answers at once sees each of them.
    world.pass(30 * 60_000);
    const [waiting] = await world.attention.pending(world.now());
    if (waiting === undefined) continue;
    await world.attention.answer(waiting.id, { ...READ, verdict: "reject", atMs: world.now() });
    gaps.push(since);
    since = 0;
    world.pass(DAY_MS);
  }
  const share = gaps.length / 2_500;
  assert.ok(share > 0.018 && share < 0.042, `${share}`);
  // Of distances that are drawn, the deviation is as large as the mean; of regular ones it is 0.
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  assert.ok(deviation > mean / 2, `${deviation} of ${mean}`);
});

test("no template comes twice within thirty days, also when the clock is set back", async () => {
  const world = await createWorld(5);
  const calls = officeCalls(world.random);
  for (const call of calls) await answerOne(world, call);
  const sample = await world.sample();
  const used = new Map<string, number>();
  for (let round = 0; round < 80; round += 1) {
    world.pass(round % 10 === 9 ? -3_600_000 : 0.8 * DAY_MS);
    if (!(await world.attention.plantNow(sample))) continue;
    const [planted] = await world.kept.planted();
    assert.ok(planted);
    const before = used.get(planted.template);
    assert.ok(before === undefined || planted.openedAtMs - before >= 30 * DAY_MS, planted.template);
    used.set(planted.template, planted.openedAtMs);
    await world.attention.answer(planted.id, { ...READ, atMs: world.now() });
  }
  assert.ok(used.size >= 40, `${used.size}`);
});

test("an answer is told at once: caught or not, what was planted and where; and only once", async () => {
  const world = await createWorld(6);
  await answerOne(world, { tool: "email.send", args: { to: ["bob@acme.com"] } });
  assert.ok(await world.attention.plantNow(await world.sample()));
  const [card] = await world.attention.pending(world.now());
  assert.ok(card);
  const answers = await Promise.all([
    world.attention.answer(card.id, { ...READ, atMs: world.now() }),
    world.attention.answer(card.id, { ...READ, atMs: world.now() }),
  ]);
  const [told, ...others] = answers.filter((answer) => answer !== null);
  assert.deepEqual(others, []);
  assert.equal(told?.caught, false);
  assert.match(told?.field ?? "", /^args\./);
  assert.ok(TEMPLATES.some(({ hazard }) => hazard === told?.hazard));
  assert.equal(await world.attention.read(card.id), null);
  assert.deepEqual(await world.attention.pending(world.now()), []);
});

test("switched off, nothing is planted; a card that nobody answers in time is gone and counts as nothing", async () => {
  const world = await createWorld(7);
  await world.attention.set({ isOn: false, share: 1 });
  for (let round = 0; round < 5; round += 1) await answerOne(world, oneOf<Call>(FIRST, world.random));
  assert.deepEqual(await world.kept.planted(), []);
  await world.attention.set({ isOn: true, share: 1 });
  await answerOne(world, FIRST[0]);
  assert.equal((await world.kept.planted()).length, 1);
  world.pass(3 * 3_600_000);
  assert.deepEqual(await world.attention.pending(world.now()), []);
  assert.equal((await world.attention.report()).shown, 0);
});

const FIRST: readonly [Call, Call] = [
  { tool: "email.send", args: { to: ["bob@acme.com"] } },
  { tool: "file.delete", args: { path: "/srv/app/a.txt" } },
];

test("c11_approvals_below_the_reading_floor_are_marked_and_bring_more_check_cards", async () => {
  const world = await createWorld(8);
  await world.attention.set({ isOn: true, share: 0.03 });
  const settings = (await world.attention.report()).settings;
  for (let round = 0; round < 9; round += 1) await world.kept.give({ ...READ, shownMs: 1_999 });
  assert.equal((await foundIn([], await world.kept.given())).isLow, false, "nine say too little");
  await world.kept.give({ ...READ, shownMs: 2_000 });
  const given = await world.kept.given();
  assert.deepEqual(approvalsOf(given), { all: 10, tooFast: 9 });
  assert.equal((await foundIn([], given)).isLow, true);
  assert.equal(Number(chanceOf(settings, true).toFixed(4)), 0.05);
  const report = await world.attention.report();
  assert.equal(report.isRaised, true);
  assert.notEqual(report.light, "green");
  // Whoever rejects fast has risked nothing.
  assert.deepEqual(approvalsOf([{ ...READ, verdict: "reject", shownMs: 1 }]), { all: 0, tooFast: 0 });
});

test("the light is the engine's, for the outcomes and the last hundred approvals that are kept", async () => {
  const outcome = (caught: boolean): CheckOutcome => {
    return { caught, template: "a", hazard: "b", risk: null, atMs: 0, shownMs: 1, tooFast: false };
  };
  const lightOf = async (caught: readonly boolean[], given: readonly Given[]) =>
    (await foundIn(caught.map(outcome), given)).light;
  const ones = (count: number) => Array.from({ length: count }, () => true);
  const tooFast = (count: number) => Array.from({ length: count }, () => ({ ...READ, shownMs: 1 }));
  const read = (count: number) => Array.from({ length: count }, () => READ);
  assert.equal(await lightOf([], []), "amber");
  assert.equal(await lightOf(ones(10), read(10)), "amber");
  assert.equal(await lightOf(ones(11), read(10)), "green");
  assert.equal(await lightOf([...ones(30), false, true, false], []), "red");
  assert.equal(await lightOf([false, false, ...ones(30)], []), "green", "the newest are the last");
  assert.equal(await lightOf(ones(30), [...tooFast(3), ...read(17)]), "amber");
  assert.equal(await lightOf(ones(30), [...tooFast(30), ...read(100)]), "green", "older approvals do not count");
});

test("c12_no_check_card_comes_into_the_history_an_export_or_the_statistics", async () => {
  for (const seed of [11, 12, 13]) {
    const world = await createWorld(seed);
    await world.attention.set({ isOn: true, share: 1 });
    const secret: string[] = [];
    const real = new Set<string>();
    for (let round = 0; round < 25; round += 1) {
      world.pass(40 * 60_000);
      const calls = officeCalls(world.random);
      const call = calls[round % calls.length];
      assert.ok(call);
      real.add((await answerOne(world, call)).id);
      const [planted] = await world.kept.planted();
      if (planted === undefined) continue;
      secret.push(planted.id, planted.digest);
      assert.equal(await world.escalations.read(planted.id), null);
      await assert.rejects(world.escalations.review(planted.id, { verdict: "approve", digest: planted.digest }));
      const given = { ...READ, verdict: round % 2 === 0 ? "approve" : "reject", atMs: planted.openedAtMs + 1 } as const;
      assert.ok(await world.attention.answer(planted.id, given));
    }
    assert.ok(secret.length >= 20, "nothing was planted");
    const entries = await world.store.history({ from: 0, limit: 10_000 });
    const summariser = await createSummariser();
    summariser.push(entries);
    const exported: string[] = [];
    for await (const lines of exportHistory(world.store)) exported.push(lines);
    const { rules } = summariser.summary(world.now());
    assert.equal(
      rules.reduce((sum, { opened }) => sum + opened, 0),
      real.size,
    );
    const everywhere = JSON.stringify([
      entries,
      exported,
      rules,
      await world.attention.report(),
      world.kept.everything(),
    ]);
    assert.deepEqual(
      secret.filter((text) => everywhere.includes(text)),
      [],
    );
  }
});

test("what was planted stands on the card that the engine makes, at the field that is told", async () => {
  const world = await createWorld(40);
  const shown = new Set<string>();
  for (let round = 0; round < 12; round += 1) {
    for (const record of await answeredCalls(world)) {
      for (const template of TEMPLATES) {
        const made = template.plant(record.call, world.random);
        if (made === null) continue;
        const { call, digest, decision } = await plantCall(record, made.args);
        const { args } = await presentCard({ call, digest, decision });
        const rows = args.filter(({ field }) => field === made.field || field.startsWith(`${made.field}[`));
        assert.ok(rows.length > 0, `${template.id}: no row ${made.field}`);
        assert.ok(standsOn(rows, made.value), `${template.id}: ${JSON.stringify(rows)}`);
        shown.add(template.id);
      }
    }
  }
  assert.equal(shown.size, TEMPLATES.length);
});

test("a card that hides what was planted is told from one that shows it", () => {
  const row = (value: string, more: Partial<CardRow> = {}): Drawn => {
    const kind = value.startsWith("‹") ? "hidden" : "text";
    return { field: "args.to", masked: false, value: [{ kind, text: value, breaks: false }], ...more };
  };
  assert.ok(standsOn([row("evil@x.example")], "evil@x.example"));
  assert.ok(!standsOn([row("friend@x.example")], "evil@x.example"));
  assert.ok(!standsOn([row("evil@x.example", { masked: true })], "evil@x.example"), "masked at a harmless key");
  assert.ok(standsOn([row("evil@x.example", { masked: true, field: "args.password" })], "evil@x.example"));
  assert.ok(!standsOn([row("‹masked: 14 characters›")], "evil@x.example"), "masked, and no token");
  const token = `ghp_${"a1B2".repeat(9)}`;
  assert.ok(standsOn([row(`‹masked: ${token.length} characters›`)], token));
  assert.ok(!standsOn([row("‹masked: 39 characters›")], token), "masked, and of another length");
});

type Drawn = Pick<CardRow, "field" | "masked" | "value">;

/** What stands for itself on a card, and all that tokens are made of. */
const PLAIN = "[A-Za-z0-9_+~!#%-]";

/**
 * Whether `rows` draw `planted` and nothing else: every plain character of it stands there, but for tokens in it, in whose
 * place stands how long they are, and for what is masked as its key names a secret.
 */
function standsOn(rows: readonly Drawn[], planted: unknown): boolean {
  if (rows.some(({ masked }) => masked)) return rows.every(({ field }) => /password|secret|token/i.test(field));
  const pattern = rows
    .flatMap(({ value }) => value)
    .map(({ kind, text }) => {
      if (kind === "text") return plainOf(text).replaceAll("+", "\\+");
      const length = /^‹masked: (\d+) characters?›$/.exec(text)?.[1];
      return length === undefined ? "" : `${PLAIN}{${length}}`;
    })
    .join("");
  return new RegExp(`^${pattern}$`).test(plainOf([planted].flat().map(String).join("")));
}

function plainOf(text: string): string {
  return (text.match(new RegExp(PLAIN, "g")) ?? []).join("");
}

/** One real record to make check cards of. */
function pattern(records: readonly EscalationRecord[], at: number): EscalationRecord {
  const found = records[at % records.length];
  assert.ok(found);
  return found;
}

const known = new WeakMap<World, readonly EscalationRecord[]>();

/** Answered calls of every kind, made once. */
async function recordsOf(world: World): Promise<readonly EscalationRecord[]> {
  const made = known.get(world) ?? (await answeredCalls(world));
  known.set(world, made);
  return made;
}

/** One answered call of every kind. */
async function answeredCalls(world: World): Promise<readonly EscalationRecord[]> {
  const made: EscalationRecord[] = [];
  for (const call of officeCalls(world.random)) {
    const { id, digest } = await world.propose(call);
    made.push(await world.escalations.review(id, { verdict: "approve", digest }));
  }
  return made;
}

/** Every field of `args` with its value as JSON. */
function fieldsOf(args: Args): ReadonlyMap<string, string> {
  return new Map(
    leavesOf(args).map(({ path, value }) => {
      const field = path.reduce<string>(
        (at, step) => (typeof step === "number" ? `${at}[${step}]` : `${at}.${step}`),
        "args",
      );
      return [field, JSON.stringify(value)];
    }),
  );
}
