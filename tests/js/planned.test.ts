/** Deciding by plans: what is asked of a call comes over as it is, and what is remembered stays right. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Call, loadPolicy } from "countersign";

const policy = await loadPolicy(`
rules:
  - { id: text, tool: text, when: { args.a: { same_as: args.b } }, action: block }
  - { id: keys, tool: keys, when: { args: { only_keys: [a, é, "long key ${"k".repeat(60)}"] } }, action: block }
  - { id: length, tool: length, when: { args.a: { length: 3 } }, action: block }
  - { id: deep, tool: deep, when: { args.a: { some: { where: { b: { has: 7 } } } } }, action: block }
  - { id: session, tool: session, when: { user.id: ann, session.marks: { has: seen } }, action: block }
  - { tool: [text, keys, length, deep, session, other], action: allow }
`);

const action = (call: Call) => policy.decide(call).action;

for (const [what, text] of [
  ["short", "abc"],
  ["outside ASCII", "é😀\u202e"],
  ["of 48 code units", "x".repeat(48)],
  ["of 49 code units", "x".repeat(49)],
  ["long and outside ASCII", "é😀".repeat(3_000)],
  ["of 2 MB", "x".repeat(2_000_000)],
  ["empty", ""],
] as const) {
  test(`text that is ${what} comes over as it is`, () => {
    assert.equal(action({ tool: "text", args: { a: text, b: text } }), "block");
    assert.equal(action({ tool: "text", args: { a: text, b: `${text}.` } }), "allow");
    assert.equal(action({ tool: "text", args: { a: [text, 1], b: [text, 1] } }), "block");
    assert.equal(action({ tool: "text", args: { a: { [text]: text }, b: { [text]: text } } }), "block");
  });
}

test("of lists and maps what is asked comes over", () => {
  assert.equal(action({ tool: "keys", args: { a: 1, é: [], [`long key ${"k".repeat(60)}`]: {} } }), "block");
  assert.equal(action({ tool: "keys", args: { a: 1, bcc: null } }), "allow");
  assert.equal(action({ tool: "length", args: { a: [null, {}, "x"] } }), "block");
  assert.equal(action({ tool: "length", args: { a: { x: 1, y: 2, z: undefined } } }), "allow");
  assert.equal(action({ tool: "length", args: { a: "é😀x" } }), "block");
  assert.equal(action({ tool: "deep", args: { a: [{ b: [] }, { b: [1, 7] }] } }), "block");
  assert.equal(action({ tool: "deep", args: { a: [{ b: [] }, { b: [-0.5, true] }] } }), "block", "true is in doubt");
  assert.equal(action({ tool: "session", user: "ann", session: { id: "s", marks: ["seen"] } }), "block");
  assert.equal(action({ tool: "session", user: { id: "bob" }, session: { id: "s", marks: ["seen"] } }), "allow");
});

test("a decision that calls share is the same one, and one in doubt is not shared", () => {
  const decide = (a: unknown) => policy.decide({ tool: "length", args: { a } });
  assert.equal(decide("abc"), decide("xyz"));
  assert.notEqual(decide("abc"), decide("abcd"));
  const [number, truth] = [decide(1), decide(true)];
  assert.deepEqual(number, truth);
  assert.equal(number.undecidable[0]?.rule, "length");
  assert.ok(Object.isFrozen(number) && Object.isFrozen(number.undecidable[0]));
});

test("names without end are forgotten again, and the known ones are decided as before", () => {
  for (let index = 0; index < 10_000; index += 1) {
    assert.equal(action({ tool: `unknown${index}` }), "escalate");
    if (index % 1_000 === 0) assert.equal(action({ tool: "keys", args: { a: index } }), "block");
  }
  assert.equal(action({ tool: "other" }), "allow");
});
