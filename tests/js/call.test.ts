/** What is taken as a call, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import {
  CALL_DEPTH_MAX,
  CALL_TEXT_MAX,
  CallError,
  type CallErrorCode,
  loadPolicy,
  snapshotCall,
  TOOL_BYTES_MAX,
} from "countersign";

const policy = await loadPolicy(`
rules:
  - { tool: allowed, action: allow }
  - { tool: constructor, action: block }
`);

/** Asks about all of each call that can be asked about. */
const thorough = await loadPolicy(`
rules:
  - tool: "*"
    when: { any: [${["args", "agent", "user", "session", "context"].map((root) => `{ ${root}: { where: { "q": "q" } } }`)}] }
    action: block
  - { tool: "*", action: allow, min_confidence: 0.5 }
`);

const everything = [snapshotCall, policy.trace, thorough.decide];

/** Uses `call`; all must refuse it in the same way. */
function assertRefused(call: unknown, code: CallErrorCode, path: string, uses = everything): void {
  for (const use of uses) {
    assert.throws(
      () => use(call as never),
      (error) => {
        assert.ok(error instanceof CallError, String(error));
        assert.deepEqual([error.code, error.path], [code, path], error.message);
        return true;
      },
    );
  }
}

class Email {
  readonly to = "a@acme.com";
}

function nested(levels: number): unknown {
  return levels === 0 ? "deep" : { in: nested(levels - 1) };
}

function cyclic(): object {
  const list: unknown[] = [];
  list.push({ list });
  return { list };
}

function wide(): unknown {
  let value: unknown = "x";
  for (let level = 0; level < 40; level += 1) value = [value, value];
  return value;
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function throwing(trap: keyof ProxyHandler<object>): object {
  const handler = {
    [trap]: () => {
      throw new Error("boo");
    },
  };
  return new Proxy({ a: 1 }, handler);
}

const withSymbol = { [Symbol("s")]: 1 };
const sparse = Object.assign(new Array(3), { 0: 1, 2: 3 });
const named = Object.assign([1], { extra: 2 });
const ownProto: unknown = JSON.parse('{"__proto__": {"admin": true}}');
const getter = {
  get path() {
    return "/srv/a";
  },
};

const refusedCalls: readonly [what: string, call: unknown, code: CallErrorCode, path: string][] = [
  ["nothing", undefined, "not-an-object", ""],
  ["null", null, "not-an-object", ""],
  ["text", "allowed", "not-an-object", ""],
  ["a list", [{ tool: "allowed" }], "not-an-object", ""],
  ["a function", () => undefined, "not-an-object", ""],
  [
    "an object of a class",
    new (class {
      tool = "allowed";
    })(),
    "not-plain",
    "",
  ],
  ["no tool", {}, "missing-tool", ""],
  ["a tool that is undefined", { tool: undefined }, "missing-tool", ""],
  ["an inherited tool", Object.create({ tool: "allowed" }), "not-plain", ""],
  ["an empty tool", { tool: "" }, "missing-tool", ""],
  ["a tool that is a number", { tool: 1 }, "wrong-type", "tool"],
  ["a tool that is null", { tool: null }, "wrong-type", "tool"],
  ["a tool in a list", { tool: ["allowed"] }, "wrong-type", "tool"],
  ["a boxed tool", { tool: new String("allowed") }, "wrong-type", "tool"],
  [
    "a tool that is a getter",
    Object.defineProperty({}, "tool", { get: () => "allowed", enumerable: true }),
    "accessor",
    "tool",
  ],
  ["a tool with half a surrogate pair", { tool: "allowed\ud800" }, "lone-surrogate", "tool"],
  ["a reversed surrogate pair", { tool: "\udc00\ud800" }, "lone-surrogate", "tool"],
  ["args that are null", { tool: "allowed", args: null }, "wrong-type", "args"],
  ["args that are a list", { tool: "allowed", args: [] }, "wrong-type", "args"],
  ["args that are text", { tool: "allowed", args: "{}" }, "wrong-type", "args"],
  ["a reason that is an object", { tool: "allowed", reason: {} }, "wrong-type", "reason"],
  ["an agent that is a number", { tool: "allowed", agent: 7 }, "wrong-type", "agent"],
  ["a user that is a list", { tool: "allowed", user: ["a"] }, "wrong-type", "user"],
  ["a session that is null", { tool: "allowed", session: null }, "wrong-type", "session"],
  ["a context that is text", { tool: "allowed", context: "x" }, "wrong-type", "context"],
  ["a confidence that is NaN", { tool: "allowed", confidence: Number.NaN }, "not-finite", "confidence"],
  ["__proto__ as a key of the call", JSON.parse('{"tool":"allowed","__proto__":{"tool":"x"}}'), "forbidden-key", ""],
];

const refusedArgs: readonly [what: string, value: unknown, code: CallErrorCode, path: string][] = [
  ["NaN", Number.NaN, "not-finite", ""],
  ["infinity", Number.NEGATIVE_INFINITY, "not-finite", ""],
  ["a BigInt", 1n, "not-plain", ""],
  ["a symbol", Symbol("s"), "not-plain", ""],
  ["a function", () => 1, "not-plain", ""],
  ["a Date", new Date(0), "not-plain", ""],
  ["a Map", new Map([["a", 1]]), "not-plain", ""],
  ["a Set", new Set([1]), "not-plain", ""],
  ["a RegExp", /a/, "not-plain", ""],
  ["a boxed string", new String("a"), "not-plain", ""],
  ["a boxed number", new Number(1), "not-plain", ""],
  ["a boxed boolean", new Boolean(false), "not-plain", ""],
  ["a typed array", new Uint8Array([1]), "not-plain", ""],
  ["a buffer", Buffer.from("a"), "not-plain", ""],
  ["an ArrayBuffer", new ArrayBuffer(1), "not-plain", ""],
  ["an object of a class", new Email(), "not-plain", ""],
  ["an object with a made prototype", Object.create({ inherited: 1 }), "not-plain", ""],
  ["a list of a class", new (class extends Array {})(), "not-plain", ""],
  ["a list with a name", named, "not-plain", ""],
  ["a hole", sparse, "not-plain", "[1]"],
  ["an undefined item", [undefined], "not-plain", "[0]"],
  ["toJSON", { toJSON: () => "harmless" }, "not-plain", ".toJSON"],
  ["a symbol as key", withSymbol, "not-plain", ""],
  ["a getter", getter, "accessor", ".path"],
  ["a setter", { set path(_: string) {} }, "accessor", ".path"],
  ["a getter in a list", [Object.defineProperty({}, "x", { get: () => 1, enumerable: true })], "accessor", "[0].x"],
  ["a lone surrogate", { text: ["ok", "\udfff"] }, "lone-surrogate", ".text[1]"],
  ["a lone surrogate in a key", { "\ud83d": 1 }, "lone-surrogate", '["\\ud83d"]'],
  ["__proto__ as a key", { deep: [ownProto] }, "forbidden-key", ".deep[0]"],
  ["a cycle", cyclic(), "cycle", ".list[0].list"],
  ["too many levels", nested(CALL_DEPTH_MAX - 1), "too-deep", ".in".repeat(CALL_DEPTH_MAX - 2)],
  ["a value that doubles 40 times", wide(), "too-large", `${"[0]".repeat(39)}`],
  ["a revoked proxy", revoked({}), "not-plain", ""],
  ["a revoked proxy of a list", revoked([]), "not-plain", ""],
  ["a proxy that throws its keys", throwing("ownKeys"), "not-plain", ""],
  ["a proxy that throws its properties", throwing("getOwnPropertyDescriptor"), "not-plain", ""],
  ["a proxy that throws its prototype", throwing("getPrototypeOf"), "not-plain", ""],
  ["an object of another realm's class", runInNewContext("new Date()"), "not-plain", ""],
  ["a list of another realm's class", runInNewContext("new (class extends Array {})()"), "not-plain", ""],
  ["a key that is no name", { "dotted.key": { "": Number.NaN } }, "not-finite", '["dotted.key"][""]'],
];

/** What no rule can ask about. */
const unread = ["a tool that is a getter", "a reason that is an object", "__proto__ as a key of the call"];

for (const [what, call, code, path] of refusedCalls) {
  const uses = unread.includes(what) ? [snapshotCall, policy.trace] : everything;
  test(`a call that is or has ${what} is refused`, () => assertRefused(call, code, path, uses));
}

for (const [what, value, code, path] of refusedArgs) {
  test(`a value that is or has ${what} is refused`, () => {
    for (const key of ["args", "context"]) {
      assert.throws(
        () => snapshotCall({ tool: "allowed", [key]: { value } }),
        (error) => {
          assert.ok(error instanceof CallError, String(error));
          assert.equal(error.code, code, error.message);
          if (code !== "too-large") assert.equal(error.path, `${key}.value${path}`);
          return true;
        },
      );
    }
    assert.throws(() => thorough.decide({ tool: "allowed", args: { value } }), { name: "CallError", code });
    assert.equal(policy.decide({ tool: "allowed", args: { value } }).action, "allow", "nothing asks about it");
  });
}

test("plain calls are copied as they are", () => {
  const calls = [
    { tool: "a" },
    { tool: "a", args: {} },
    { tool: "a", args: { list: [1, [2, []], {}], null: null, no: false, zero: -0, text: "😀 é \u0000" } },
    { tool: "a", reason: "", confidence: 0.5, agent: "x", user: { id: "u" }, session: "s", context: { k: [] } },
    { tool: "a", args: { constructor: 1, toString: "2", hasOwnProperty: null, valueOf: [] } },
    { tool: "a", args: nested(CALL_DEPTH_MAX - 2) as Record<string, unknown> },
  ];
  for (const call of calls) {
    assert.deepEqual(snapshotCall(call), call);
    assert.equal(policy.decide(call).action, "escalate");
  }
});

test("a confidence that is no number is left for the policy to judge, as in recorded calls", () => {
  assert.deepEqual(snapshotCall({ tool: "a", confidence: "high" }), { tool: "a", confidence: "high" });
});

test("names of Object.prototype are tools like any other", () => {
  for (const tool of ["__proto__", "toString", "hasOwnProperty", "valueOf"]) {
    assert.deepEqual(
      [policy.decide({ tool }).action, policy.decide({ tool }).cause, policy.decide({ tool }).rule],
      ["escalate", "default", null],
    );
  }
  assert.equal(policy.decide({ tool: "constructor" }).action, "block");
});

test("what is undefined is absent, and keys that calls do not have are not even read", () => {
  const call = {
    tool: "allowed",
    args: { a: undefined, b: 1 },
    reason: undefined,
    get suite() {
      throw new Error("read");
    },
    result: new Date(),
  };
  assert.deepEqual(Object.keys(snapshotCall(call)), ["tool", "args"]);
  assert.deepEqual(Object.keys(snapshotCall(call).args ?? {}), ["b"]);
});

test("properties that are not own or not enumerable do not count", () => {
  const args = Object.defineProperty({ shown: 1 }, "hidden", { value: 2, enumerable: false });
  assert.deepEqual(snapshotCall({ tool: "a", args }), { tool: "a", args: { shown: 1 } });
});

test("what others put on Object.prototype changes nothing", () => {
  const withGetter = Object.defineProperty({}, "tool", { get: () => "allowed", enumerable: true });
  const polluted = Object.prototype as unknown as Record<string, unknown>;
  polluted.tool = "allowed";
  polluted.value = "allowed";
  try {
    assertRefused({}, "missing-tool", "");
    assertRefused(withGetter, "accessor", "tool", [snapshotCall, policy.trace]);
    assert.equal(policy.decide({ tool: "other" }).action, "escalate");
  } finally {
    delete polluted.tool;
    delete polluted.value;
  }
});

test("plain data of another realm is plain", () => {
  const call = runInNewContext('({ tool: "a", args: { list: [1, { deep: ["x"] }] } })');
  assert.deepEqual(snapshotCall(call), { tool: "a", args: { list: [1, { deep: ["x"] }] } });
});

test("an object without a prototype is plain", () => {
  const args = Object.assign(Object.create(null), { a: 1 });
  assert.deepEqual(snapshotCall({ tool: "a", args }).args, { a: 1 });
});

test("the copy is frozen all the way down, and later changes do not reach it", () => {
  const given = { tool: "email.send", args: { to: ["a@acme.com"], more: { cc: "b" } } };
  const call = snapshotCall(given);
  given.tool = "x";
  given.args.to.push("evil@example.com");
  given.args.more.cc = "evil@example.com";
  assert.deepEqual(call, { tool: "email.send", args: { to: ["a@acme.com"], more: { cc: "b" } } });
  const args = call.args as typeof given.args;
  for (const frozen of [call, args, args.to, args.more]) assert.ok(Object.isFrozen(frozen));
});

test("a proxy that answers differently each time is read once", () => {
  let reads = 0;
  const shifty = new Proxy(
    { path: "" },
    {
      getOwnPropertyDescriptor: () => {
        reads += 1;
        return { value: reads === 1 ? "/srv/a" : "/etc/shadow", enumerable: true, configurable: true, writable: true };
      },
    },
  );
  assert.deepEqual(snapshotCall({ tool: "a", args: shifty }).args, { path: "/srv/a" });
  assert.equal(reads, 1);
});

test("one object in two places is no cycle", () => {
  const shared = { a: 1 };
  assert.deepEqual(snapshotCall({ tool: "a", args: { x: shared, y: [shared] } }).args, { x: { a: 1 }, y: [{ a: 1 }] });
});

test("a call has so much text and no more, however often the same text is reached", () => {
  const text = "x".repeat(CALL_TEXT_MAX / 4);
  const known = { tool: "allowed", confidence: 1, session: { marks: [] } };
  assert.equal(thorough.decide({ ...known, args: { x: [text, text, text] } }).action, "allow");
  assertRefused({ tool: "allowed", args: { x: [text, text, text, text] } }, "too-large", "args.x[3]");
});

test("the name of a tool has so many bytes and no more", () => {
  assert.equal(snapshotCall({ tool: "é".repeat(TOOL_BYTES_MAX / 2) }).tool.length, TOOL_BYTES_MAX / 2);
  assertRefused({ tool: "é".repeat(TOOL_BYTES_MAX / 2 + 1) }, "too-long", "");
});
