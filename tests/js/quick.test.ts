/** Deciding without the engine, from what a call has itself: as the engine decides the copy of the call. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Call, type CallError, loadPolicy, snapshotCall } from "countersign";

const MATCHERS = [
  "{ above: 5 }",
  "{ at_least: 5, below: 9007199254740991 }",
  "{ at_most: -0.5 }",
  "{ equals: 5 }",
  "{ in: [5, 0, -1] }",
  "{ equals: true }",
  "{ equals: a }",
  '{ in: [a, "5", é😀, ""] }',
  "{ in: [a, 5] }",
  "{ equals: null }",
  "{ starts_with: a }",
  "{ ends_with: 😀 }",
  '{ contains: "/" }',
  "{ path: { under: /srv/a } }",
  "{ path: { under: [/srv/A, /srv/b.c/d, /x-_] } }",
  "{ path: { under: /srv/a, base: /home } }",
  "{ path: { under: [/srv/a, relative] } }",
  "{ path: { under: /srv/a, ignore_case: true } }",
  "{ exists: false }",
  "{ not: { equals: a } }",
  "{ type: string, starts_with: a }",
];

const TEXTS = [
  ...[
    "",
    "a",
    "A",
    "abc",
    "5",
    "é😀",
    "é",
    "x😀",
    "/",
    "\u0000",
    "a".repeat(4_096),
    "a".repeat(4_097),
    "a".repeat(70_000),
  ],
  ...[
    "/srv/a",
    "/srv/A",
    "/srv/a/",
    "/srv/a/x",
    "/srv/ab",
    "/srv/",
    "/srv",
    "/SRV/a/x",
    "/srv/a/../b",
    "/srv//a",
    "/srv/./a",
  ],
  ...[
    "/srv/a/.ssh",
    "/srv/a/x..y",
    "/srv/a/x.",
    "/srv/b.c/d/e",
    "/srv/b.c/D",
    "/x-_/y",
    "/srv/a\n",
    "/srv/a/%2e%2e",
    "/srv/a/*",
  ],
  ...[
    "~/x",
    "srv/a",
    "./srv/a",
    "//srv/a",
    "/srv/á",
    "/srv/a/é",
    `/srv/a${"/x".repeat(2_045)}`,
    `/srv/a${"/x".repeat(2_046)}`,
  ],
];
const NUMBERS = [5, 5.000001, 4.9, 0, -0, -0.5, -1, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e308, Number.MIN_VALUE];
const OTHERS = [undefined, null, true, false, [], ["a"], {}, { a: 1 }];

for (const matcher of MATCHERS) {
  test(`${matcher} is decided as by the engine, whatever the value`, async () => {
    const policy = await loadPolicy(`
default: block
rules:
  - { id: both, tool: t, when: { args.v: ${matcher}, args.w: { at_least: 1 } }, action: escalate }
  - { id: one, tool: t, when: { args.v: ${matcher} }, action: allow }
`);
    for (const v of [...TEXTS, ...NUMBERS, ...OTHERS]) {
      for (const w of [undefined, 0, 1, "1"]) {
        const call: Call = { tool: "t", args: { v, w } };
        // Twice, as what the first decision found out is used again.
        for (const decision of [policy.decide(call), policy.decide(call), policy.decide(snapshotCall(call))]) {
          assert.deepEqual(decision, policy.trace(call).decision, JSON.stringify(call).slice(0, 200));
        }
      }
    }
    policy.dispose();
  });
}

test("of several policies each is asked", async () => {
  const rules = (id: string, bound: number) =>
    `{ default: abstain, rules: [{ id: ${id}, tool: "*", when: { args.n: { above: ${bound} } }, action: block }] }`;
  const policy = await loadPolicy([rules("x", 10), rules("y", 20), "rules: [{ tool: t, action: allow }]"]);
  for (const n of [5, 15, 25, "5", undefined, 5, 15, 25]) {
    const call = { tool: "t", args: { n } };
    assert.deepEqual(policy.decide(call), policy.trace(call).decision, String(n));
  }
  policy.dispose();
});

const policy = await loadPolicy(`
rules:
  - { id: pay, tool: pay, when: { args.amount: { at_most: 50 }, args.to.name: { in: [ann] } }, action: allow }
  - { id: keys, tool: keys, when: { args: { only_keys: [a] } }, action: allow }
  - { id: first, tool: list, when: { "args.list[0]": { equals: a } }, action: allow }
  - { id: agent, tool: agent, when: { agent.id: { in: [ann] } }, action: allow }
`);
const pay = (args: unknown) => policy.decide({ tool: "pay", args } as Call).action;

test("only own properties count", () => {
  const polluted = Object.prototype as unknown as Record<string, unknown>;
  polluted.amount = 5;
  polluted.name = "ann";
  polluted.to = { name: "ann" };
  try {
    assert.equal(pay({}), "escalate");
    assert.equal(pay({ amount: 5 }), "escalate");
    assert.equal(pay({ amount: 5, to: {} }), "escalate");
    assert.equal(pay({ amount: 5, to: { name: "ann" } }), "allow");
  } finally {
    for (const name of ["amount", "name", "to"]) delete polluted[name];
  }
});

test("what no rule comes to is not touched", () => {
  const untouchable = new Proxy({}, { get: () => assert.fail("read"), has: () => assert.fail("asked") });
  assert.equal(
    policy.decide({ tool: "pay", args: { amount: 99, to: untouchable, note: untouchable } }).action,
    "escalate",
  );
  assert.equal(policy.decide({ tool: "unknown", args: untouchable, context: untouchable } as Call).action, "escalate");
});

for (const [what, args, code] of [
  ["an object of a class", Object.assign(new (class Args {})(), { amount: 5, to: { name: "ann" } }), "not-plain"],
  ["an object of a class inside", { amount: 5, to: Object.assign(new Map(), { name: "ann" }) }, "not-plain"],
  ["a boxed number", { amount: new Number(5) }, "not-plain"],
  ["a BigInt", { amount: 5n }, "not-plain"],
  ["NaN", { amount: Number.NaN }, "not-finite"],
  ["half a surrogate pair", { amount: 5, to: { name: "ann\ud800" } }, "lone-surrogate"],
  ["a list as arguments", [], "wrong-type"],
  [
    "a proxy that throws",
    new Proxy(
      { amount: 5 },
      {
        get: () => {
          throw "up";
        },
        getOwnPropertyDescriptor: () => {
          throw "up";
        },
      },
    ),
    "not-plain",
  ],
] as const) {
  test(`what is asked about is refused if it is ${what}, the first time and later`, () => {
    for (let time = 0; time < 3; time += 1) {
      assert.throws(
        () => pay(args),
        (error: CallError) => error.name === "CallError" && error.code === code,
      );
      assert.equal(pay({ amount: 5, to: { name: "ann" } }), "allow");
    }
  });
}

test("a getter is read once, and what it gave then is decided", () => {
  let reads = 0;
  const args = {
    get amount() {
      reads += 1;
      return reads === 1 ? 5 : 5_000;
    },
    to: { name: "ann" },
  };
  assert.equal(pay(args), "allow");
  assert.equal(reads, 1);
  assert.equal(pay(args), "escalate");
});

test("a proxy that decides another call while it is read changes nothing", () => {
  const decided: string[] = [];
  const nosy = (target: object) =>
    new Proxy(target, {
      getOwnPropertyDescriptor: (of, key) => {
        decided.push(
          pay({ amount: 5_000 }),
          pay({ amount: 5, to: { name: "ann" } }),
          policy.decide({ tool: "keys", args: { b: 1 } }).action,
        );
        return Reflect.getOwnPropertyDescriptor(of, key);
      },
    });
  assert.equal(pay(nosy({ amount: 5, to: nosy({ name: "ann" }) })), "allow");
  assert.equal(pay(nosy({ amount: 5, to: nosy({ name: "bob" }) })), "escalate");
  assert.equal(policy.decide({ tool: "keys", args: nosy({ a: nosy({}) }) } as Call).action, "allow");
  assert.ok(decided.length > 10);
  assert.deepEqual([...new Set(decided.filter((_, at) => at % 3 === 0))], ["escalate"]);
  assert.deepEqual([...new Set(decided.filter((_, at) => at % 3 === 1))], ["allow"]);
});

test("lists, short forms and plain data of other makers are read as they are copied", () => {
  const list = (items: unknown) => policy.decide({ tool: "list", args: { list: items } }).action;
  assert.equal(list(["a"]), "allow");
  assert.equal(list([]), "escalate");
  assert.equal(list("a"), "escalate");
  assert.throws(() => list(Object.assign([], { 1: "a" })), { code: "not-plain" });
  assert.equal(policy.decide({ tool: "agent", agent: "ann" }).action, "allow");
  assert.equal(policy.decide({ tool: "agent", agent: { id: "ann" } }).action, "allow");
  assert.throws(() => policy.decide({ tool: "agent", agent: 7 as never }), { code: "wrong-type" });
  const bare = Object.assign(Object.create(null), {
    amount: 5,
    to: Object.assign(Object.create(null), { name: "ann" }),
  });
  assert.equal(pay(bare), "allow");
  assert.equal(policy.decide({ tool: "keys", args: { a: 1, b: undefined } }).action, "allow");
  assert.throws(() => policy.decide({ tool: "keys", args: { a: 1, [Symbol("s")]: 1 } }), { code: "not-plain" });
});
