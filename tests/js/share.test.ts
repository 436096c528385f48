/** Links that carry a policy: what goes in comes out, and what is wrong is refused before it does harm. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { libraryFile, readLibraryFile } from "../../www/src/policy/library/files.ts";
import {
  CALL_BYTES_MAX,
  INFLATED_BYTES_MAX,
  LINK_LENGTH_MAX,
  packed,
  type Shared,
  unpacked,
} from "../../www/src/policy/share/codec.ts";
import { findSecrets } from "../../www/src/policy/share/secrets.ts";

const POLICY = "name: größe\nrules:\n  - tool: a\n    action: block\n";
const examples = new URL("../../examples/policies/", import.meta.url);

const linkOf = (bytes: Uint8Array | string, version = "1") =>
  `${version}.${deflateRawSync(bytes).toString("base64url")}`;

async function refused(part: string, message: RegExp): Promise<void> {
  const opened = await unpacked(part);
  assert.ok(!opened.ok, part.slice(0, 60));
  assert.match(opened.message, message);
}

test("what is shared comes out as it went in", async () => {
  for (const shared of [
    { policy: POLICY },
    { policy: "" },
    { policy: `${POLICY}# \u202e \u{1f600}`, call: '{"tool":"a"}' },
  ] satisfies Shared[]) {
    const part = await packed(shared);
    assert.match(part ?? "", /^1\.[\w-]+$/);
    assert.deepEqual(await unpacked(part ?? ""), { ok: true, shared });
  }
});

test("line ends of other systems become plain ones", async () => {
  assert.deepEqual(await unpacked(linkOf('{"policy":"a\\r\\nb\\rc"}')), { ok: true, shared: { policy: "a\nb\nc" } });
});

test("every example fits into a link", async () => {
  for (const name of readdirSync(examples)) {
    const part = await packed({ policy: readFileSync(new URL(name, examples), "utf8") });
    assert.ok(part !== null && part.length < 8_000, name);
  }
});

test("what is too large for a link gets none", async () => {
  let noise = "";
  for (let at = 0, state = 1; at < 200_000; at += 1) {
    state = (state * 48_271) % 2_147_483_647;
    noise += String.fromCharCode(33 + (state % 90));
  }
  assert.equal(await packed({ policy: noise }), null);
  assert.equal(await packed({ policy: "x".repeat(INFLATED_BYTES_MAX) }), null);
});

test("e11_share_link_bomb: what inflates beyond the limit is cut off, and one that is too long is not inflated", async () => {
  const bomb = linkOf(Buffer.alloc(40 * 1024 * 1024, " "));
  assert.ok(bomb.length < LINK_LENGTH_MAX);
  await refused(bomb, /unpacks to more than \d+ bytes/);
  await refused(linkOf(`{"policy":"${" ".repeat(INFLATED_BYTES_MAX)}"}`), /unpacks to more/);
  await refused(`1.${"A".repeat(LINK_LENGTH_MAX + 1)}`, /characters; at most/);
});

test("e11_share_link_call_bomb: a call of very many lines is not opened, and no link is made of one", async () => {
  const call = "\n".repeat(400_000);
  const bomb = linkOf(JSON.stringify({ policy: POLICY, call }));
  assert.ok(bomb.length < 2_000);
  await refused(bomb, /The call in this link has more than 65536 bytes/);
  assert.equal(await packed({ policy: POLICY, call }), null);
  const largest = { policy: POLICY, call: "ü".repeat(CALL_BYTES_MAX / 2) };
  assert.deepEqual(await unpacked(linkOf(JSON.stringify(largest))), { ok: true, shared: largest });
  await refused(linkOf(JSON.stringify({ ...largest, call: `${largest.call}x` })), /more than 65536 bytes/);
});

test("e11_share_link_truncated: cut off at any place it is refused, and so is what is no data", async () => {
  const whole = linkOf(JSON.stringify({ policy: POLICY }));
  for (let length = 0; length < whole.length; length += 1) {
    const opened = await unpacked(whole.slice(0, length));
    assert.ok(!opened.ok, `cut at ${length}`);
  }
  await refused(`1.%3Cscript%3E`, /damaged/);
  await refused("1.", /damaged/);
  await refused(linkOf(Buffer.from([0x7b, 0xff, 0x7d])), /damaged/);
});

test("e11_share_link_version: another version is named, and no version at all is no link", async () => {
  await refused(linkOf("{}", "2"), /version 2; this page reads version 1/);
  await refused(linkOf("{}", "999999"), /not a link/);
  await refused("", /not a link/);
  await refused("hello", /not a link/);
  await refused(linkOf("{}", "__proto__"), /not a link/);
});

test("e11_share_link_other_content: only what a shared policy has is taken", async () => {
  for (const value of [
    "[]",
    "null",
    '"text"',
    "{}",
    '{"policy":1}',
    '{"policy":"a","call":{}}',
    '{"policy":"a","active":true}',
    '{"__proto__":{"policy":"a"}}',
    "{",
  ]) {
    assert.ok(!(await unpacked(linkOf(value))).ok, value);
  }
});

test("e12_share_link_secrets: what looks like a secret is found, with its line and never as a whole", () => {
  const key = `AKIA${"IOSFODNN7EXAMPLE"}`;
  for (const [line, what] of [
    [`reason: "${key}"`, /AWS/],
    [`x: ghp_${"a1B2".repeat(9)}`, /GitHub/],
    ["-----BEGIN RSA PRIVATE KEY-----", /private key/],
    ["- { tool: a, when: { args.url: { equals: 'https://ann:hunter22@db.example.com/' } } }", /address/],
    ["password: correct-horse-battery", /password/],
    ["    api_key: 'Zk39dkeJw03kd'", /key/],
    ['{"authorization":"Bearer abcdefghijklmnop.qrstuv"}', /bearer|password/],
    [`sk-proj-${"x7".repeat(12)}`, /API key/],
    ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", /random/],
  ] as const) {
    const found = findSecrets(`name: a\n${line}\n`);
    assert.ok(
      found.some((each) => each.line === 2 && what.test(each.what)),
      line,
    );
    for (const { excerpt } of found) assert.ok(excerpt.length <= 9, excerpt);
  }
});

test("e12_share_link_secrets_of_hostile_text: a mebibyte that is made to be slow is looked through, and few findings are told", () => {
  for (const [part, count] of [
    ["-eyJaaaaa", 0],
    ["eyJaaaaaaaaa.", 20],
    ["eyJaaaaaaaaa-", 0],
    ["\n", 0],
    ["x", 0],
    ["a.", 0],
    ["a://b:", 0],
    ["token\t", 0],
    ["-----BEGIN ", 0],
    ["aB3dE5aB3dE5aB3dE5aB3dE5aB3dE5aB3dE5,", 20],
    ["password: aB3dE5 ", 20],
  ] as const) {
    const found = findSecrets(`${part.repeat(Math.ceil(1_048_576 / part.length))}\nghp_${"a1B2".repeat(9)}`);
    assert.equal(found.length, Math.min(count + 1, 20), part);
  }
  const token = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJlIHNpZw"].join(".");
  const [found] = findSecrets(`name: a\nx: see_v1.${token}`);
  assert.deepEqual(found, { line: 2, what: "a signed token (JWT)", excerpt: "eyJhbGci…" });
});

test("e12_share_link_secrets: the examples carry none", () => {
  for (const name of readdirSync(examples)) {
    const text = readFileSync(new URL(name, examples), "utf8");
    // What a test of a policy shows as a token is one to look at.
    const found = findSecrets(text.split("\ntests:")[0] ?? "");
    assert.deepEqual(found, [], name);
  }
});

test("a library file says what is wrong with it, and where", () => {
  const draft = { text: POLICY, atMs: 5, tab: "t" };
  const policy = { id: "p", name: "n", createdMs: 1, changedMs: 2, deletedMs: null, draft };
  const version = {
    id: "v",
    policy: "p",
    number: 1,
    atMs: 7,
    kind: "saved",
    note: "x",
    text: "y",
    digest: null,
    rules: null,
  } as const;
  assert.deepEqual(readLibraryFile(libraryFile([{ policy, versions: [version] }], 9)), {
    ok: true,
    policies: [{ name: "n", text: POLICY, versions: [{ savedAtMs: 7, kind: "saved", note: "x", text: "y" }] }],
  });
  assert.equal(readLibraryFile(POLICY), null);
  assert.equal(readLibraryFile('{"rules":[]}'), null);
  const head = '"format":"countersign-library","version":1';
  for (const [text, message] of [
    ['{"format":"countersign-library","policies":[]}', /no version number/],
    [`{${head}}`, /`policies` is not a list/],
    [`{${head},"policies":[1]}`, /`policies\[0\]`/],
    [`{${head},"policies":[{"name":"a","text":3}]}`, /`policies\[0\]\.text`/],
    [`{${head},"policies":[{"__proto__":{"name":"a"},"text":"b"}]}`, /`policies\[0\]\.name`/],
    [
      `{${head},"policies":[{"name":"a","text":"b","versions":[{"text":"c","savedAt":"soon"}]}]}`,
      /savedAt` is not a date/,
    ],
  ] as const) {
    const read = readLibraryFile(text);
    assert.ok(read !== null && !read.ok, text);
    assert.match(read.message, message);
  }
});
