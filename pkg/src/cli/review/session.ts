/** Who may use the review server: whoever has the one-time token, which becomes a session of one browser. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** The one session of a server. */
export interface Session {
  /** Stands in the address that is printed, and can be exchanged once. */
  readonly token: string;
  /** The secret of the session, for a cookie; or why there is none. */
  exchange(token: string): { readonly secret: string } | "wrong" | "used";
  /** Whether `secret` is that of the session. */
  isOpenedBy(secret: string | undefined): boolean;
}

/** A new token, and nobody's session yet. */
export function createSession(): Session {
  const token = newSecret();
  let secret: string | null = null;
  return {
    token,
    exchange(given) {
      if (!isSame(given, token)) return "wrong";
      if (secret !== null) return "used";
      secret = newSecret();
      return { secret };
    },
    isOpenedBy: (given) => secret !== null && given !== undefined && isSame(given, secret),
  };
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Takes the same time whatever the two have in common. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** The cookie `name` of a request. */
export function cookieOf(header: string | null, name: string): string | undefined {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
