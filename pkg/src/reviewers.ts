/** Who reviewed: a review carries a proof, such as a signature with the reviewer's key, that others can verify. */
import { checkKeys, type KeysOf } from "./checks.js";
import type { Holding } from "./core.js";
import type { Entry, Event, Reviewer, Verified } from "./lifecycle.js";

/** A reviewer whose reviews can be verified. */
export interface ReviewSigner {
  readonly id: string;
  /** What shows that `text` is this reviewer's. */
  sign(text: string): Promise<string>;
}

/** Tells who reviewed, if `proof` shows that the review `text` is by `by`; else `null`. What it throws verifies nobody. */
export type ReviewVerifier = (by: string, text: string, proof: string) => Promise<Reviewer | null>;

/** A review as it stands in an entry. */
type Reviewed = Extract<Event, { type: "review" }>;

/** Verifies reviews, each once. */
export interface Verifying {
  /** The reviewers of the reviews among `entries` that are verified; `null` if nobody can verify. */
  all(entries: readonly Entry[]): Promise<Verified | null>;
  /** Who made the review `event`, which follows the entries `past` of its escalation. */
  one(past: readonly Entry[], event: Reviewed): Promise<Reviewer | null>;
}

/** Verifies with `verify`, if there is one, what `holding` says was signed. It remembers what it has verified. */
export function verifying(holding: Holding, verify: ReviewVerifier | undefined): Verifying {
  const known = new Map<string, Reviewer | null>();

  async function one(past: readonly Entry[], event: Reviewed): Promise<Reviewer | null> {
    const { by, proof } = event;
    if (verify === undefined || by === null || proof === null) return null;
    const text = signedText(holding, past, event);
    const key = JSON.stringify([text, proof]);
    let reviewer = known.get(key);
    if (reviewer === undefined) {
      // Waited for within a function that fails as a promise does, also if `verify` throws at once.
      reviewer = await (async () => reviewerOf(await verify(by, text, proof)))().catch(() => null);
      known.set(key, reviewer);
    }
    return reviewer;
  }

  return {
    one,
    async all(entries) {
      if (verify === undefined) return null;
      const verified: Record<number, Reviewer> = {};
      for (const [index, { event }] of entries.entries()) {
        if (event.type !== "review") continue;
        const reviewer = await one(entries.slice(0, index), event);
        if (reviewer !== null) verified[index] = reviewer;
      }
      return verified;
    },
  };
}

/**
 * What is signed of the review `event`, which follows the entries `past` of its escalation: all but the proof, and the hash
 * of the entry that holds the call. So it counts for that call as it was shown, there and in no other history.
 */
export function signedText(holding: Holding, past: readonly Entry[], event: Reviewed): string {
  const held = past.findLast(({ event: { type } }) => type === "open" || type === "edit");
  return holding.reviewText(held?.hash ?? "", { ...event, proof: null });
}

/** A plain copy of what a verifier has answered; `null` if it is no reviewer. */
function reviewerOf(answer: Reviewer | null): Reviewer | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { id, roles } = answer as { readonly id: unknown; readonly roles: unknown };
  if (typeof id !== "string" || !Array.isArray(roles)) return null;
  const names: readonly unknown[] = [...roles];
  return names.every((role) => typeof role === "string") ? { id, roles: names as string[] } : null;
}

/** The public key of a reviewer, and the roles that it has. */
export interface ReviewerKey {
  /** ECDSA on P-256. */
  readonly key: CryptoKey | JsonWebKey;
  readonly roles?: readonly string[];
}

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
/** 32 bytes as base64url. */
const COORDINATE = /^[\w-]{43}$/;
const SIGNER = { id: 0, key: 0 } as const;
const REVIEWER: KeysOf<ReviewerKey> = { key: 0, roles: 0 };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

/**
 * A reviewer who signs with a private key, ECDSA on P-256 with SHA-256.
 *
 * @throws TypeError if `id` is no name, or `key` no private key of that kind that may sign.
 *
 * @example
 * ```ts
 * const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
 * const ana = createEscalations({ store, as: reviewSigner({ id: "ana", key: privateKey }) });
 * const guard = createGuard({ policy, store, agent: "support", verify: reviewVerifier({ ana: { key: publicKey } }) });
 * ```
 */
export function reviewSigner(given: { readonly id: string; readonly key: CryptoKey | JsonWebKey }): ReviewSigner {
  const { id, key } = checkKeys("a signer", given, SIGNER);
  if (typeof id !== "string" || id === "") throw new TypeError("`id` must be a name that is not empty");
  checkKey("`key`", key, "sign");
  return Object.freeze({
    id,
    async sign(text: string) {
      const signature = await crypto.subtle.sign(SIGNATURE, await imported(key, "sign"), bytesOf(text));
      return base64Url(new Uint8Array(signature));
    },
  });
}

/**
 * Verifies what {@link reviewSigner} signed, with the public keys of the reviewers by their ids.
 *
 * @throws TypeError if a reviewer is not `{ key, roles? }`, with a public key, ECDSA on P-256, that may verify.
 */
export function reviewVerifier(reviewers: Readonly<Record<string, ReviewerKey>>): ReviewVerifier {
  // A map has no other names than those put there.
  const known = new Map(Object.entries(reviewers));
  for (const [id, reviewer] of known) {
    const { key, roles = [] } = checkKeys(`the reviewer \`${id}\``, reviewer, REVIEWER);
    checkKey(`the \`key\` of the reviewer \`${id}\``, key, "verify");
    if (!Array.isArray(roles) || !roles.every((role) => typeof role === "string")) {
      throw new TypeError(`the \`roles\` of the reviewer \`${id}\` must be a list of names`);
    }
  }
  return async (by, text, proof) => {
    const reviewer = known.get(by);
    const signature = fromBase64Url(proof);
    if (reviewer === undefined || signature === null) return null;
    const key = await imported(reviewer.key, "verify");
    const isTheirs = await crypto.subtle.verify(SIGNATURE, key, signature, bytesOf(text));
    return isTheirs ? { id: by, roles: reviewer.roles ?? [] } : null;
  };
}

/** @throws TypeError if `key` cannot be used so, as far as can be told without using it. */
function checkKey(name: string, key: unknown, use: "sign" | "verify"): void {
  const why = unusable(key, use);
  if (why === null) return;
  const half = use === "sign" ? "private" : "public";
  throw new TypeError(`${name} must be a ${half} key, ECDSA on P-256, as CryptoKey or JWK: ${why}`);
}

function unusable(key: unknown, use: "sign" | "verify"): string | null {
  if (typeof key !== "object" || key === null) return "it is no key";
  if (key instanceof CryptoKey) {
    const { name, namedCurve } = key.algorithm as EcKeyAlgorithm;
    const isOurs = name === CURVE.name && namedCurve === CURVE.namedCurve;
    if (!isOurs) return `it is for ${[name, namedCurve].filter(Boolean).join(" on ")}`;
    return key.usages.includes(use) ? null : `it is ${key.type} and may not ${use}`;
  }
  const { kty, crv, x, y, d } = key as JsonWebKey;
  if (kty !== "EC" || crv !== CURVE.namedCurve) return "its `kty` must be EC, and its `crv` P-256";
  const numbers = Object.entries(use === "sign" ? { x, y, d } : { x, y });
  const wrong = numbers.find(([, number]) => typeof number !== "string" || !COORDINATE.test(number));
  return wrong === undefined ? null : `its \`${wrong[0]}\` must be 32 bytes`;
}

async function imported(key: CryptoKey | JsonWebKey, use: "sign" | "verify"): Promise<CryptoKey> {
  if (key instanceof CryptoKey) return key;
  const { kty, crv, x, y, d } = key;
  // Of a key pair somebody may hand over all; to verify needs the public half. Other members may forbid the use.
  const half = { kty, crv, x, y, ...(use === "sign" && { d }) } as JsonWebKey;
  return crypto.subtle.importKey("jwk", half, CURVE, false, [use]);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]+$/.test(text)) return null;
  try {
    const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
