/** Deciding without the engine, from what a call has itself: as the engine decides the copy of the call. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
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

test("outcomes of many policies are told apart, however many there are", async () => {
  for (const count of [2, 27, 28, 40]) {
    const one = (at: number) =>
      `{ default: allow, rules: [{ id: r${at}, tool: t, when: { args.a${at}: bad }, action: block }] }`;
    const many = await loadPolicy(Array.from({ length: count }, (_, at) => one(at)));
    const good = Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${at}`, "ok"]));
    assert.equal(many.decide({ tool: "t", args: good }).action, "allow");
    for (const at of [0, count - 1]) {
      const call = { tool: "t", args: { ...good, [`a${at}`]: "bad" } };
      assert.deepEqual(many.decide(call), many.trace(call).decision);
      assert.equal(many.decide(call).action, "block");
    }
    many.dispose();
  }
});

test("what the engine would not take the time for is not decided without it", async () => {
  const rules = Array.from(
    { length: 300 },
    (_, at) => `{ id: r${at}, tool: t, when: { args.p: { path: { under: /x${at} } } }, action: block }`,
  );
  const large = await loadPolicy(`{ default: allow, rules: [${rules.join(", ")}] }`);
  const [short, long] = ["/srv/a", `/srv${"/abcdefghi".repeat(405)}`].map((p) => ({ tool: "t", args: { p } }));
  for (const call of [short, long, short, long]) {
    assert.deepEqual(large.decide(call as Call), large.trace(call as Call).decision);
  }
  large.dispose();
});

/** Gives `values` one after another, and says how often it was asked. */
function changing(...values: readonly unknown[]): { readonly next: () => unknown; readonly reads: () => number } {
  let reads = 0;
  return {
    next: () => {
      reads += 1;
      return values[Math.min(reads, values.length) - 1];
    },
    reads: () => reads,
  };
}

test("what several fields go through is read once", async () => {
  const shifty = await loadPolicy(`
default: block
rules:
  - { tool: keys, when: { args: { only_keys: [cmd] }, args.cmd: { starts_with: safe } }, action: allow }
  - { tool: deep, when: { args.a.kind: safe, args.a.path: /srv }, action: allow }
  - { tool: roots, when: { args.x: 1, context.y: 1, args.z: 1 }, action: allow }
  - { tool: key, when: { args: { only_keys: [cmd] }, args.cmd: safe }, action: allow }
`);
  const decided = (tool: string, key: "args" | "a" | "cmd", ...values: readonly unknown[]) => {
    const { next, reads } = changing(...values);
    const holder = Object.defineProperty({ y: 1 }, key, { get: next, enumerable: true });
    const call = key === "args" ? Object.assign(holder, { tool, context: { y: 1 } }) : { tool, args: holder };
    if (key !== "args") delete (holder as { y?: number }).y;
    const { action } = shifty.decide(call as unknown as Call);
    return [action, reads()];
  };
  assert.deepEqual(decided("keys", "args", { cmd: "evil" }, { cmd: "safe", sudo: true }), ["block", 1]);
  assert.deepEqual(decided("deep", "a", { kind: "safe", path: "/etc" }, { kind: "evil", path: "/srv" }), ["block", 1]);
  assert.deepEqual(decided("roots", "args", { x: 1, z: 2 }, { x: 2, z: 1 }), ["block", 1]);
  assert.deepEqual(decided("key", "cmd", "evil", "safe"), ["block", 1]);
  assert.deepEqual(decided("key", "cmd", "safe", "evil"), ["allow", 1]);
  shifty.dispose();
});

test("a call that cannot be read is refused, and not decided anew from what it says later", () => {
  const { next } = changing(99, 5);
  const args = new Proxy(
    { amount: 5, to: { name: "ann" } },
    { get: (of, key) => (key === "amount" ? next() : Reflect.get(of, key)) },
  );
  assert.equal(pay(args), "escalate");
  const throwing = new Proxy(
    {},
    {
      getPrototypeOf: changing(null, Object.prototype).next as () => object | null,
      get: () => {
        throw new Error("no");
      },
      getOwnPropertyDescriptor: () => ({ value: 5, enumerable: true, configurable: true, writable: true }),
      ownKeys: () => ["amount"],
    },
  );
  assert.throws(() => pay(throwing), { name: "CallError", code: "not-plain" });
});

test("plain data of another realm is read as it is", () => {
  assert.equal(pay(runInNewContext('({ amount: 5, to: { name: "ann" } })')), "allow");
  assert.equal(pay(runInNewContext('({ amount: 50.5, to: { name: "ann" } })')), "escalate");
  assert.throws(() => pay(runInNewContext("new Map()")), { code: "not-plain" });
});

test("what others put on Array.prototype changes nothing", async () => {
  const blocking = await loadPolicy("rules: [{ tool: t, when: { args.p: { length: { above: 3 } } }, action: block }]");
  const polluted = Array.prototype as unknown as Record<number, unknown>;
  const call = { tool: "t", args: { p: "long text" } };
  const expected = blocking.trace(call).decision;
  polluted[0] = "x";
  polluted[1] = { action: "allow" };
  try {
    for (let time = 0; time < 2; time += 1) assert.equal(blocking.decide(call).action, expected.action);
  } finally {
    delete polluted[0];
    delete polluted[1];
  }
  blocking.dispose();
});

test("lists and maps are bounded also where only their size is asked for", async () => {
  const sized = await loadPolicy("rules: [{ tool: t, when: { args.p: { length: { above: 3 } } }, action: block }]");
  assert.throws(() => sized.decide({ tool: "t", args: { p: new Array(2 ** 32 - 1) } }), { code: "too-large" });
  sized.dispose();
});

test("a policy that is disposed while a call is read says so", async () => {
  const gone = await loadPolicy("rules: [{ tool: t, when: { args.p: { regex: x }, args.q: 1 }, action: allow }]");
  gone.decide({ tool: "t", args: { p: "y" } });
  const args = new Proxy(
    { p: 1 },
    {
      get: () => {
        gone.dispose();
        return "x";
      },
    },
  );
  assert.throws(() => gone.decide({ tool: "t", args }), { name: "EngineError", code: "disposed" });
});

test("zero is one number", async () => {
  const telling = await loadPolicy(
    'rules: [{ tool: t, when: { args.n: { at_most: 1 } }, action: escalate, consequence: "pays {args.n}" }]',
  );
  const call = { tool: "t", args: { n: -0 } };
  assert.deepEqual(telling.decide(call), telling.trace(call).decision);
  telling.dispose();
});

test("lists and maps that change while a call is read are read once as well", async () => {
  const changingLists = `
rules:
  - { id: mail, tool: mail, when: { args.to: { each: { ends_with: "@acme.com" } } }, action: allow }
  - { id: k, tool: mail, when: { args.k: 2 }, action: allow }
  - { id: few, tool: count, when: { args.to: { length: { at_most: 1 } } }, action: allow }
  - { id: k2, tool: count, when: { args.k: 2 }, action: allow }
  - { id: rest, tool: [mail, count], action: block }
`;
  const [used, fresh] = [await loadPolicy(changingLists), await loadPolicy(changingLists)];
  for (const [tool, before, change] of [
    ["mail", ["x@evil"], (to: string[]) => to.splice(0, 1, "a@acme.com")],
    ["count", ["x", "y"], (to: string[]) => to.splice(0, 1)],
  ] as const) {
    const to = [...before];
    const args = {
      to,
      get k() {
        change(to);
        return 1;
      },
    };
    assert.equal(used.decide({ tool, args }).action, "block");
    const plain = { tool, args: { to: [...before], k: 1 } };
    assert.deepEqual(used.decide(plain), fresh.decide(plain));
    assert.equal(used.decide(plain).action, "block");
  }
  used.dispose();
  fresh.dispose();
});
