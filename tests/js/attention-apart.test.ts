/** Check cards cannot be told from real calls, and no store can be reached from where they are made. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Call, EscalationRecord } from "countersign";
import { leavesOf } from "../../www/src/engine/attention/arguments.ts";
import { likenessOf } from "../../www/src/engine/attention/likeness.ts";
import { TEMPLATES } from "../../www/src/engine/attention/templates/all.ts";
import { createWorld, memoryKept, officeCalls, type World } from "./attention-world.ts";

const app = fileURLToPath(new URL("../../www/src/", import.meta.url));
const home = join(app, "engine/attention");

interface Import {
  readonly from: string;
  readonly isType: boolean;
  readonly names: readonly string[];
}

function importsOf(text: string): readonly Import[] {
  const found = text.matchAll(/^(?:import|export)\s+(type\s+)?([^;"']*?)\s*from\s+["']([^"']+)["'];/gm);
  return [...found].map(([, type, names = "", from = ""]) => ({
    from,
    isType: type !== undefined,
    names: names
      .replace(/[{}*]/g, "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  }));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    return item.isDirectory() ? filesIn(path) : [path];
  });
}

/** What of the package attention may use: functions of what they are given, none of which has a store. */
const ALLOWED = new Set(["attentionReport", "plantCall"]);

test("c12_no_store_of_escalations_is_reachable_from_where_check_cards_are_made", () => {
  const files = filesIn(home);
  assert.ok(files.length > 10);
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    assert.doesNotMatch(
      text,
      /\bimport\s*\((?!"idb"\)|"\.\/[\w/-]+\.ts"\))|\brequire\s*\(|\bfetch\s*\(|BroadcastChannel|XMLHttpRequest|postMessage/,
      file,
    );
    for (const { from, isType, names } of importsOf(text)) {
      if (from.startsWith(".")) {
        assert.ok(normalize(join(dirname(file), from)).startsWith(home), `${file} imports ${from}`);
      } else if (from === "countersign") {
        const values = isType ? [] : names.filter((name) => !name.startsWith("type "));
        assert.deepEqual(
          values.filter((name) => !ALLOWED.has(name)),
          [],
          file,
        );
      } else {
        assert.equal(from, "idb", file);
      }
    }
    // Every import stands in the form that is looked for here.
    assert.equal(
      text.match(/^import\b/gm)?.length ?? 0,
      text.match(/^import\b[^;"']*\bfrom\s+["']/gm)?.length ?? 0,
      file,
    );
    assert.doesNotMatch(text, /^export\b[^;{(=]*\bfrom\s+["']/m, file);
  }
});

test("c12_nothing_else_in_the_app_opens_the_database_of_check_cards", () => {
  const others = filesIn(app).filter((file) => !file.startsWith(home) && /\.tsx?$/.test(file));
  const found = others.filter((file) => /-attention[`"']/.test(readFileSync(file, "utf8")));
  assert.deepEqual(found, []);
});

interface Seen {
  readonly isCheck: boolean;
  readonly features: readonly number[];
}

/** What stood in the queue. */
interface Met {
  readonly record: EscalationRecord;
  readonly isCheck: boolean;
  /** Whether there is something dangerous in it. */
  readonly isBad: boolean;
}

const MINUTE_MS = 60_000;
const LATEST = 20;

test("c13_a_classifier_tells_check_cards_from_real_calls_no_better_than_chance", async () => {
  const train = await watched(21, 200);
  const unseen = await watched(22, 200);
  const weights = trained(train);
  const accuracy = share(unseen, ({ features, isCheck }) => score(weights, features) > 0 === isCheck);
  assert.ok(accuracy <= 0.55, `regression: ${accuracy}`);
  const best = bestStump(train);
  const stump = share(
    unseen,
    ({ features, isCheck }) => (features[best.feature] ?? 0) > best.at === (isCheck === best.above),
  );
  assert.ok(stump <= 0.55, `feature ${best.feature}: ${stump}`);
  // The classifier itself works: with the answer among the features it finds it.
  const told = (seen: readonly Seen[]) =>
    seen.map((each) => ({ ...each, features: [...each.features, each.isCheck ? 1 : 0] }));
  const knowing = trained(told(train));
  assert.ok(share(told(unseen), ({ features, isCheck }) => score(knowing, features) > 0 === isCheck) > 0.95);
});

test("c13_ids_of_check_cards_have_the_form_of_those_of_escalations", async () => {
  const world = await createWorld(30);
  const [call] = officeCalls(world.random);
  assert.ok(call);
  const { id, digest } = await world.propose(call);
  const answered = await world.escalations.review(id, { verdict: "approve", digest });
  assert.ok(await world.attention.plantNow([answered]));
  const [planted] = await world.kept.planted();
  assert.ok(planted);
  const like = likenessOf(planted);
  assert.match(like.id, /^[0-9a-f]{32}$/);
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.match(like.digest, /^sha256:[0-9a-f]{64}$/);
  const { id: fresh } = await world.propose({ ...call, reason: "again" });
  const pending = await world.escalations.read(fresh);
  assert.deepEqual(Object.keys(like).sort(), Object.keys(pending ?? {}).sort());
  // The digest is the one that a real call of these arguments has.
  const real = await world.propose(like.call);
  assert.equal(real.digest, like.digest);
  assert.deepEqual({ ...like.decision, charge: [] }, { ...real.decision, charge: [] });
});

test("c13_where_a_queue_stands_still_a_check_card_opens_between_two_calls_of_it", async () => {
  const world = await createWorld(31);
  const [first, ...calls] = officeCalls(world.random);
  assert.ok(first);
  const { id, digest } = await world.propose(first);
  await world.escalations.review(id, { verdict: "approve", digest });
  for (const call of calls) {
    world.pass(20_000);
    await world.propose(call);
  }
  world.pass(4 * MINUTE_MS);
  const sample = await world.sample();
  await world.attention.set({ isOn: true, share: 1 });
  const given = { verdict: "approve", shownMs: 1, readingFloorMs: 0, inBatch: false, atMs: world.now() } as const;
  await world.attention.reviewed(given, sample);
  const [planted] = await world.kept.planted();
  assert.ok(planted);
  const times = sample.filter(({ status }) => status === "pending").map(({ openedAtMs }) => openedAtMs);
  assert.ok(planted.openedAtMs > Math.min(...times) && planted.openedAtMs < Math.max(...times));
});

/**
 * A long day at a queue: agents propose calls, half of them with a hazard of their own, a reviewer answers, and check
 * cards come as often as they can. Told are `count` of each, as they look when they are opened.
 */
async function watched(seed: number, count: number): Promise<readonly Seen[]> {
  // Templates may repeat here: how they look is asked, and not which.
  const kept = { ...memoryKept(), uses: async () => ({}) };
  const world = await createWorld(seed, { kept });
  await world.attention.set({ isOn: true, share: 1 });
  const answers: number[] = [];
  const seen: Met[] = [];
  const waiting: EscalationRecord[] = [];
  let nextArrivalMs = world.now();
  let nextAnswerMs = world.now();
  const some = (mean: number) => Math.round(-Math.log(1 - world.random()) * mean) + 1;
  while (seen.filter(({ isCheck }) => isCheck).length < count) {
    world.pass(Math.max(Math.min(nextArrivalMs, nextAnswerMs) - world.now(), 0));
    if (world.now() >= nextArrivalMs) {
      nextArrivalMs = world.now() + some(MINUTE_MS);
      const { call, isBad } = proposed(world, seen);
      const record = await world.propose(call);
      seen.push({ record, isCheck: false, isBad });
      waiting.push(record);
      continue;
    }
    nextAnswerMs = world.now() + some(0.7 * MINUTE_MS);
    const given = {
      verdict: "approve",
      shownMs: 9_000,
      readingFloorMs: 2_000,
      inBatch: false,
      atMs: world.now(),
    } as const;
    const [check] = await kept.planted();
    if (check !== undefined && check.openedAtMs <= world.now()) {
      await world.attention.answer(check.id, given);
      continue;
    }
    const next = waiting.shift();
    if (next === undefined) continue;
    const isLate = next.expiresAtMs <= world.now();
    const record = isLate
      ? { ...next, status: "expired" as const }
      : await world.escalations.review(next.id, { verdict: "approve", digest: next.digest });
    const at = seen.findIndex((each) => each.record.id === record.id);
    seen[at] = { record, isCheck: false, isBad: seen[at]?.isBad ?? false };
    if (isLate) continue;
    answers.push(world.now());
    await world.attention.reviewed(
      given,
      seen
        .filter(({ isCheck }) => !isCheck)
        .slice(-LATEST)
        .map((each) => each.record),
    );
    const [planted] = await kept.planted();
    if (planted !== undefined) seen.push({ record: likenessOf(planted), isCheck: true, isBad: true });
  }
  // Whoever finds the hazard has not told a check card: so real ones with a hazard are what they are compared with.
  const bad = seen.filter(({ isBad }) => isBad);
  const told = bad.map(({ record, isCheck }) => ({ isCheck, features: featuresOf(record, seen, answers) }));
  const checks = told.filter(({ isCheck }) => isCheck);
  // As many real ones, evenly over the day.
  const real = told.filter(({ isCheck }) => !isCheck);
  const step = real.length / checks.length;
  return [...checks, ...checks.map((_, at) => real[Math.floor(at * step)]).filter((each) => each !== undefined)];
}

/** A call of an agent: one of its own, or one like another of late with something dangerous in it. */
function proposed(world: World, seen: readonly Met[]): { readonly call: Call; readonly isBad: boolean } {
  const { random } = world;
  const calls = officeCalls(random);
  const usual = calls[Math.floor(random() * calls.length)];
  assert.ok(usual);
  if (random() < 0.5) return { call: usual, isBad: false };
  const late = seen.filter(({ isCheck }) => !isCheck).slice(-LATEST);
  const pattern = late[Math.floor(random() * late.length)]?.record.call ?? usual;
  const made = TEMPLATES.map((template) => template.plant(pattern, random)).filter((planted) => planted !== null);
  const planted = made[Math.floor(random() * made.length)];
  return planted === undefined
    ? { call: usual, isBad: false }
    : { call: { ...pattern, args: planted.args }, isBad: true };
}

/** What of a record could tell: its id, its times, its place among the others, how large it is and how like others. */
function featuresOf(record: EscalationRecord, seen: readonly Met[], answers: readonly number[]): readonly number[] {
  const { id, openedAtMs, expiresAtMs, call, decision, digest } = record;
  const others = seen.map((each) => each.record).filter((other) => other.id !== id);
  const before = Math.max(...others.map((other) => other.openedAtMs).filter((ms) => ms <= openedAtMs), 0);
  const after = Math.min(...others.map((other) => other.openedAtMs).filter((ms) => ms > openedAtMs), openedAtMs + 1e6);
  const answered = Math.max(...answers.filter((ms) => ms <= openedAtMs), openedAtMs - 1e6);
  const digitsOf = (text: string) =>
    [...text].reduce((sum, digit) => sum + (Number.parseInt(digit, 16) || 0), 0) / text.length;
  const leaves = new Set(leavesOf(call.args ?? {}).map((leaf) => JSON.stringify(leaf)));
  const earlier = others.filter((other) => other.openedAtMs < openedAtMs && other.call.tool === call.tool);
  const common = earlier
    .slice(-LATEST)
    .map((other) => leavesOf(other.call.args ?? {}).filter((leaf) => leaves.has(JSON.stringify(leaf))).length);
  return [
    digitsOf(id),
    digitsOf(digest.slice(7)),
    (openedAtMs % 1000) / 1000,
    (openedAtMs % MINUTE_MS) / MINUTE_MS,
    Math.log(1 + openedAtMs - before),
    Math.log(1 + after - openedAtMs),
    Math.log(1 + openedAtMs - answered),
    (expiresAtMs - openedAtMs) / MINUTE_MS,
    Object.keys(record).length,
    Object.keys(call).length,
    leaves.size,
    Math.log(JSON.stringify(call).length),
    Math.max(0, ...common) / Math.max(1, leaves.size),
    decision.risk === "high" ? 1 : 0,
    Object.keys(call).join().length,
    Object.keys(decision).join().length,
  ];
}

interface Weights {
  readonly of: readonly number[];
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Logistic regression by plain descent. */
function trained(seen: readonly Seen[]): Weights {
  const width = seen[0]?.features.length ?? 0;
  const column = (at: number) => seen.map(({ features }) => features[at] ?? 0);
  const mean = Array.from({ length: width }, (_, at) => column(at).reduce((a, b) => a + b, 0) / seen.length);
  const deviation = mean.map(
    (middle, at) => Math.sqrt(column(at).reduce((sum, x) => sum + (x - middle) ** 2, 0) / seen.length) || 1,
  );
  let of: readonly number[] = Array.from({ length: width + 1 }, () => 0);
  for (let round = 0; round < 400; round += 1) {
    const slope = of.map(() => 0);
    for (const { features, isCheck } of seen) {
      const wrong = (isCheck ? 1 : 0) - 1 / (1 + Math.exp(-score({ of, mean, deviation }, features)));
      for (const [at, weight] of [1, ...normal(features, mean, deviation)].entries())
        slope[at] = (slope[at] ?? 0) + wrong * weight;
    }
    of = of.map((weight, at) => weight + (0.5 * (slope[at] ?? 0)) / seen.length);
  }
  return { of, mean, deviation };
}

function score({ of, mean, deviation }: Weights, features: readonly number[]): number {
  return [1, ...normal(features, mean, deviation)].reduce((sum, x, at) => sum + x * (of[at] ?? 0), 0);
}

function normal(features: readonly number[], mean: readonly number[], deviation: readonly number[]): readonly number[] {
  return features.map((x, at) => (x - (mean[at] ?? 0)) / (deviation[at] ?? 1));
}

/** The one bound of one feature that tells most. */
function bestStump(seen: readonly Seen[]) {
  let best = { feature: 0, at: 0, above: true, accuracy: 0 };
  for (const [feature] of (seen[0]?.features ?? []).entries()) {
    for (const { features } of seen) {
      const at = features[feature] ?? 0;
      for (const above of [true, false]) {
        const accuracy = share(seen, (each) => (each.features[feature] ?? 0) > at === (each.isCheck === above));
        if (accuracy > best.accuracy) best = { feature, at, above, accuracy };
      }
    }
  }
  return best;
}

function share(seen: readonly Seen[], right: (each: Seen) => boolean): number {
  return seen.filter(right).length / seen.length;
}
