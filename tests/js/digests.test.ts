/** Digests as the built engine makes them, against an RFC 8785 and a SHA-256 of somebody else. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import canonicalize from "canonicalize";
import { createEscalations, loadPolicy } from "countersign";
import { memoryStore } from "countersign/stores/memory";

const CALLS = 500;

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PIECES = ["a", "B", '"', "\\", "\n", "\u0000", "\u007f", "é", "\ue000", "𝄞", "\u2028", "constructor", " "];
const NUMBERS = [0, -0, 1, -1.5, 1e-7, 1e20 / 1e6, 0.1 + 0.2, 2 ** 53 - 1, 5e-324, 123456.789];

function anyValue(random: () => number, depth: number): unknown {
  const below = (count: number) => Math.floor(random() * count);
  const text = () => Array.from({ length: below(4) }, () => PIECES[below(PIECES.length)]).join("");
  const items = () => Array.from({ length: below(4) }, () => anyValue(random, depth - 1));
  switch (below(depth === 0 ? 4 : 6)) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
      return random() < 0.5 ? NUMBERS[below(NUMBERS.length)] : (random() - 0.5) * 10 ** below(15);
    case 3:
      return text();
    case 4:
      return items();
    default:
      return Object.fromEntries(items().map((item) => [text(), item]));
  }
}

test("b12_canonical_forms: the digest of a held call is SHA-256 over the RFC 8785 form of what it covers", async () => {
  const policy = await loadPolicy(
    "rules: [{ tool: '*', action: escalate, when: { context.place: { exists: true } } }]",
  );
  const escalations = createEscalations({ store: memoryStore() });
  const random = randomOf(1);
  for (let tried = 0; tried < CALLS; tried += 1) {
    const args = { value: anyValue(random, 4) };
    const identity = {
      agent: { id: "support" },
      user: { id: "é" },
      session: { id: "s", marks: ["seen"] },
      tenant: "acme",
    };
    const covered = { tool: "t", args, ...identity };
    const call = { ...covered, context: { place: tried, time: random() }, reason: "it is urgent", confidence: 0.5 };
    const { digest } = await escalations.open(policy, call);
    const text = canonicalize({ ...covered, context: { place: tried } });
    const expected = createHash("sha256").update(`countersign/call/1\0${text}`).digest("hex");
    assert.equal(digest, `sha256:${expected}`, JSON.stringify(args));
  }
});
