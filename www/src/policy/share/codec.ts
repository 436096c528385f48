/**
 * A policy in a link: `<version>.<base64url(deflate-raw(JSON))>`, which stands in the fragment and so never goes to a server.
 *
 * What comes from a link is somebody else's. It is measured before it is inflated and while it is: what grows beyond the limit
 * is cut off there and then.
 */

/** What a link carries. Beside the policy, everything is there only because its sender chose it. */
export interface Shared {
  readonly policy: string;
  /** A call to try, as JSON text. */
  readonly call?: string;
}

export type Opened =
  | { readonly ok: true; readonly shared: Shared }
  /** `message` says what is wrong and what to do. */
  | { readonly ok: false; readonly message: string };

export const VERSION = "1";

/** Of the part after the version, in characters. Browsers and messengers cut links that are longer. */
export const LINK_LENGTH_MAX = 64 * 1024;

/** Of everything in it, in bytes after inflating: what the engine takes for one policy, and some room for a call. */
export const INFLATED_BYTES_MAX = 1_048_576 + 65_536;

/** Of the call in it, in bytes. */
export const CALL_BYTES_MAX = 65_536;

/** The part of the address after `#/share/`; `null` if it would be too long for a link. */
export async function packed(shared: Shared): Promise<string | null> {
  if (isTooLarge(shared.call)) return null;
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  if (bytes.length > INFLATED_BYTES_MAX) return null;
  const deflated = await collected(
    new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw")),
    Infinity,
  );
  const data = deflated === null ? "" : base64url(deflated);
  return data.length > LINK_LENGTH_MAX ? null : `${VERSION}.${data}`;
}

/** Reads what stands after `#/share/`. */
export async function unpacked(part: string): Promise<Opened> {
  const dot = part.indexOf(".");
  const version = dot === -1 ? "" : part.slice(0, dot);
  if (!/^\d{1,4}$/.test(version))
    return wrong("This is not a link to a shared policy. Ask for it again, and copy all of it.");
  if (version !== VERSION) {
    return wrong(
      `This link is of version ${version}; this page reads version ${VERSION}. Load the page again to get its newest version, or ask for the policy as a file.`,
    );
  }
  const data = part.slice(dot + 1);
  if (data.length > LINK_LENGTH_MAX) {
    return wrong(
      `This link has ${data.length} characters; at most ${LINK_LENGTH_MAX} are read. Ask for the policy as a file.`,
    );
  }
  const deflated = bytesOf(data);
  if (deflated === null) return damaged();
  let bytes: Uint8Array | null;
  try {
    const inflating = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    bytes = await collected(inflating, INFLATED_BYTES_MAX);
  } catch {
    return damaged();
  }
  if (bytes === null) {
    return wrong(
      `This link unpacks to more than ${INFLATED_BYTES_MAX} bytes and was not read further. No policy is that large; do not trust its sender.`,
    );
  }
  return sharedOf(bytes);
}

function sharedOf(bytes: Uint8Array): Opened {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return damaged();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return damaged();
  const own = new Map<string, unknown>(Object.entries(value));
  const policy = own.get("policy");
  const call = own.get("call");
  const unknown = [...own.keys()].filter((key) => key !== "policy" && key !== "call");
  if (typeof policy !== "string" || (call !== undefined && typeof call !== "string") || unknown.length > 0) {
    return wrong("This link unpacks, but holds something else than a shared policy. Ask for the policy as a file.");
  }
  if (isTooLarge(call)) {
    return wrong(
      `The call in this link has more than ${CALL_BYTES_MAX} bytes, so the link was not opened. No call to try is that large; ask for the policy as a file.`,
    );
  }
  return { ok: true, shared: { policy: policy.replace(/\r\n?/g, "\n"), ...(call === undefined ? {} : { call }) } };
}

function isTooLarge(call: string | undefined): boolean {
  return call !== undefined && new TextEncoder().encode(call).length > CALL_BYTES_MAX;
}

/** All bytes of a stream; `null`, and the stream cancelled, as soon as there are more than `max`. */
async function collected(stream: ReadableStream<Uint8Array>, max: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > max) {
      await reader.cancel().catch(() => undefined);
      return null;
    }
    chunks.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function base64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(data: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]+$/.test(data) || data.length % 4 === 1) return null;
  try {
    return Uint8Array.from(atob(data.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
  } catch {
    return null;
  }
}

function damaged(): Opened {
  return wrong(
    "This link is damaged: part of it is missing or was changed on the way. Ask for it again, and copy all of it.",
  );
}

function wrong(message: string): Opened {
  return { ok: false, message };
}
