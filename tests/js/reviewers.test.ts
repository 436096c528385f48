/** Reviews that are signed, and guards and reviewers that verify them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEscalations, loadPolicy, type ReviewVerifier, reviewSigner, reviewVerifier } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { hold, mail, stand } from "./guards.ts";

const policy = await loadPolicy(
  "rules: [{ tool: email.send, action: escalate, review: { reviewers: [security, lead], quorum: 2 } }]",
);
const curve = { name: "ECDSA", namedCurve: "P-256" } as const;
const keys = async () => crypto.subtle.generateKey(curve, true, ["sign", "verify"]);
const [ana, bob, eve] = [await keys(), await keys(), await keys()];
const verify = reviewVerifier({
  ana: { key: ana.publicKey, roles: ["security"] },
  bob: { key: await crypto.subtle.exportKey("jwk", bob.publicKey), roles: ["security"] },
  eve: { key: eve.publicKey, roles: ["sales"] },
});
const keysOf = { ana, bob };
const call = { tool: "email.send", args: mail };

/** A guard that verifies, and reviewers who sign. */
async function signing(store = memoryStore()) {
  const { guard, people, clock, held } = stand({ policy, verify, store });
  const as = (id: string, key: CryptoKey | JsonWebKey) =>
    createEscalations({ store, now: () => clock.ms, as: reviewSigner({ id, key }), verify });
  const bobs = await crypto.subtle.exportKey("jwk", bob.privateKey);
  return { store, guard, people, clock, held, as, ana: as("ana", ana.privateKey), bob: as("bob", bobs) };
}

test("a quorum of reviewers who sign is verified, each counted once", async () => {
  const { guard, ana, bob } = await signing();
  const { id, digest } = await hold(guard, call);
  const first = await ana.review(id, { verdict: "approve", digest });
  assert.deepEqual([first.status, first.approvalsMissing, first.reviews[0]?.verified], ["pending", 1, true]);
  await assert.rejects(ana.review(id, { verdict: "approve", digest }), { code: "already-reviewed" });
  assert.equal((await guard.resume(id)).status, "pending");
  const second = await bob.review(id, { verdict: "approve", digest });
  assert.deepEqual([second.status, second.reviews.map(({ by }) => by)], ["approved", ["ana", "bob"]]);
  assert.equal((await guard.resume(id)).status, "ready");
});

test("nobody can sign as somebody else, nor approve without being one of the reviewers", async () => {
  const { guard, as, people } = await signing();
  const { id, digest } = await hold(guard, call);
  const forged = as("ana", eve.privateKey);
  // It is recorded for whoever can verify it; here it counts for nothing.
  await forged.review(id, { verdict: "approve", digest }).catch(() => undefined);
  await forged.review(id, { verdict: "approve", digest }).catch(() => undefined);
  await assert.rejects(as("eve", eve.privateKey).review(id, { verdict: "approve", digest }), {
    code: "not-a-reviewer",
  });
  await assert.rejects(people.review(id, { verdict: "approve", digest, by: "ana" }), { code: "not-a-reviewer" });
  await assert.rejects(as("ana", ana.privateKey).review(id, { verdict: "approve", digest, by: "bob" }), TypeError);
  const { status, approvalsMissing } = (await people.read(id)) ?? {};
  assert.deepEqual([status, approvalsMissing], ["pending", 2]);
  assert.equal((await guard.resume(id)).status, "pending");
});

test("a proof of one escalation proves nothing of another", async () => {
  const { guard, ana, store, clock } = await signing();
  const first = await hold(guard, call);
  await ana.review(first.id, { verdict: "approve", digest: first.digest });
  const review = (await store.read(first.id)).find(({ event }) => event.type === "review")?.event;
  assert.ok(review?.type === "review" && review.proof !== null);
  const { proof } = review;
  const second = await hold(guard, call);
  const replaying = createEscalations({
    store,
    now: () => clock.ms,
    as: { id: "ana", sign: async () => proof },
    verify,
  });
  await replaying.review(second.id, { verdict: "approve", digest: second.digest }).catch(() => undefined);
  const read = await createEscalations({ store, now: () => clock.ms, verify }).read(second.id);
  assert.ok(read?.reviews.every(({ verified, counts }) => !verified && !counts));
});

test("who cannot verify records a signed approval for those who can, and never expires it", async () => {
  const { guard, store, clock, ana } = await signing();
  const blind = createEscalations({ store, now: () => clock.ms });
  const [used, unused] = [await hold(guard, call), await hold(guard, call)];
  for (const { id, digest } of [used, unused]) {
    for (const [name, { privateKey }] of Object.entries(keysOf)) {
      const signer = reviewSigner({ id: name, key: privateKey });
      const unverified = createEscalations({ store, now: () => clock.ms, as: signer });
      await unverified.review(id, { verdict: "approve", digest });
    }
    assert.equal((await blind.read(id))?.status, "pending");
    assert.equal((await ana.read(id))?.status, "approved");
  }
  clock.ms = used.expiresAtMs - 1;
  assert.equal((await guard.resume(used.id)).status, "ready");
  clock.ms = used.expiresAtMs;
  await blind.list({ status: "pending" });
  await blind.list({ status: "expired" });
  for (const { id } of [used, unused]) assert.equal((await ana.read(id))?.status, "approved");
});

test("a verifier that throws, or answers nonsense, verifies nobody", async () => {
  const verifiers = [
    async () => {
      throw new Error("offline");
    },
    () => {
      throw new Error("at once");
    },
    async () => true,
    async () => ({ id: "ana" }),
    async () => ({ id: 5, roles: [] }),
    async () => ({ id: "ana", roles: [5] }),
  ] as unknown as ReviewVerifier[];
  const { guard, ana, bob, store, clock } = await signing();
  const { id, digest } = await hold(guard, call);
  await ana.review(id, { verdict: "approve", digest });
  await bob.review(id, { verdict: "approve", digest });
  for (const wrong of verifiers) {
    const { guard: other } = stand({ policy, store, verify: wrong }, clock);
    assert.equal((await other.resume(id)).status, "pending");
  }
  assert.equal((await guard.resume(id)).status, "ready");
});

test("names like __proto__ are nobody's, and proofs that are none prove nothing", async () => {
  for (const name of ["__proto__", "constructor", "toString", "", "nobody"]) {
    assert.equal(await verify(name, "text", "AAAA"), null);
  }
  const text = '{"a":1}';
  const proof = await reviewSigner({ id: "ana", key: ana.privateKey }).sign(text);
  assert.match(proof, /^[\w-]{86}$/);
  assert.deepEqual(await verify("ana", text, proof), { id: "ana", roles: ["security"] });
  for (const wrong of ["", "=", "!", `${proof}=`, proof.slice(1), `${proof} `])
    assert.equal(await verify("ana", text, wrong), null, wrong);
  assert.equal(await verify("ana", '{"a":2}', proof), null);
  assert.equal(await verify("bob", text, proof), null);
});

test("a key that cannot sign or verify is refused when the signer or verifier is made", async () => {
  const other = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign", "verify"]);
  const { privateKey } = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveKey"]);
  const jwk = (key: CryptoKey) => crypto.subtle.exportKey("jwk", key);
  const publicJwk = await jwk(ana.publicKey);
  const privateJwk = await jwk(ana.privateKey);
  const { d: _, ...half } = privateJwk;
  const unsigned = [
    ana.publicKey,
    other.privateKey,
    privateKey,
    publicJwk,
    half,
    await jwk(other.privateKey),
    { ...privateJwk, x: "short" },
    null,
    "key",
  ];
  for (const key of unsigned) {
    assert.throws(() => reviewSigner({ id: "ana", key: key as never }), /TypeError: `key` must be a private key/);
  }
  assert.throws(() => reviewSigner({ id: "", key: ana.privateKey }), TypeError);
  const unverifying = [ana.privateKey, other.publicKey, await jwk(other.publicKey), { ...publicJwk, y: "" }, undefined];
  for (const key of unverifying) {
    assert.throws(() => reviewVerifier({ ana: { key: key as never } }), /TypeError: .*`ana` must be a public key/);
  }
  for (const bare of [ana.publicKey, publicJwk, { key: ana.publicKey, role: [] }, { key: ana.publicKey, roles: "x" }]) {
    assert.throws(() => reviewVerifier({ ana: bare as never }), TypeError);
  }
  // Of a key pair somebody may hand over all.
  assert.ok(reviewVerifier({ ana: { key: privateJwk } }));
});
