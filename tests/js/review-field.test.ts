/** Fields by their names, and what a reviewer's note says. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf, valueAt, withChanges } from "../../www/src/engine/review/field.ts";
import { noteOf, saysSomething } from "../../www/src/engine/review/notes.ts";

test("a field names keys, indices and quoted keys, and nothing else is a field", () => {
  assert.deepEqual(pathOf('args["a.b"][0].c'), ["args", "a.b", "0", "c"]);
  assert.deepEqual(pathOf("args.to[12]"), ["args", "to", "12"]);
  assert.deepEqual(pathOf('args["a\\"]b"]'), ["args", 'a"]b']);
  for (const none of ["", ".", "args..a", "args[", "args[x]", 'args["a]', "args.a b]"])
    assert.equal(pathOf(none), null, none);
});

test("only own properties stand at a field", () => {
  const call = { args: { a: [{ b: 1 }], "c.d": false } };
  assert.equal(valueAt(call, "args.a[0].b"), 1);
  assert.equal(valueAt(call, 'args["c.d"]'), false);
  for (const field of ["args.constructor", "args.__proto__", "args.a.length.x", "args.a[1]", "args.toString"]) {
    assert.equal(valueAt(call, field), undefined, field);
  }
});

test("b09_changes_keep_everything_else_and_make_no_key", () => {
  const call = { args: { to: ["a", "b"], n: 40, flag: true } };
  const changed = withChanges(
    call,
    new Map<string, unknown>([
      ["args.to[1]", "c"],
      ["args.n", 41],
      ["args.new", "x"],
      ["args.__proto__", { polluted: true }],
    ]),
  );
  assert.deepEqual(changed, { args: { to: ["a", "c"], n: 41, flag: true } });
  assert.deepEqual(call, { args: { to: ["a", "b"], n: 40, flag: true } });
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test("c15_words_of_less_than_two_letters_say_nothing", () => {
  for (const words of ["", " ", "x", " y ", "...", "—!", "\u200b\u200b"])
    assert.equal(saysSomething(words), false, words);
  for (const words of ["no", "いい", "42", "a b"]) assert.equal(saysSomething(words), true, words);
});

test("a18_a_look_at_a_masked_value_is_in_the_note", () => {
  assert.equal(noteOf({ reason: null, words: "", revealed: [] }), "");
  assert.equal(
    noteOf({ reason: "other", words: " fine ", revealed: ["args.password"] }),
    "fine · looked at args.password",
  );
});

test("a note says the sentence that was chosen, as people and agents read it", () => {
  assert.equal(noteOf({ reason: "not-asked", words: "really", revealed: [] }), "Nobody asked for this: really");
  assert.equal(noteOf({ reason: "routine", words: "ok", revealed: [] }), "It is what this agent is for: ok");
});
