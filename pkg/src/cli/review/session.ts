/** Who may use the review server: whoever has a token that works once, which becomes the session of one browser tab. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** The sessions of a server. */
export interface Sessions {
  /** Stands in the address that is printed, and can be exchanged once; then there is another one. */
  readonly token: () => string;
  /** The secret of a new session; or why there is none. */
  exchange(token: string): { readonly secret: string } | "wrong" | "used";
  /** Whether `secret` is that of a session. */
  isOpenedBy(secret: string | undefined): boolean;
}

/** A new token, and no session yet. */
export function createSessions(): Sessions {
  const used: Buffer[] = [];
  const opened: Buffer[] = [];
  let token = newSecret();
  return {
    token: () => token,
    exchange(given) {
      const digest = digestOf(given);
      if (isOneOf(used, digest)) return "used";
      if (!isOneOf([digestOf(token)], digest)) return "wrong";
      used.push(digest);
      token = newSecret();
      const secret = newSecret();
      opened.push(digestOf(secret));
      return { secret };
    },
    isOpenedBy: (given) => given !== undefined && isOneOf(opened, digestOf(given)),
  };
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Takes the same time whatever they have in common. */
function isOneOf(digests: readonly Buffer[], digest: Buffer): boolean {
  return digests.filter((each) => timingSafeEqual(each, digest)).length > 0;
}

/** What a request carries as `Authorization: Bearer …`. */
export function bearerOf(header: string | null): string | undefined {
  return /^Bearer ([\w-]+)$/i.exec(header ?? "")?.[1];
}
