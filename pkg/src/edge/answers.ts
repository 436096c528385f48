/** Bodies in and answers out: JSON that nobody keeps, and errors that repeat nothing of what was sent. */
import { messageOf, StoreError } from "../errors.js";
import { ShapeError } from "./shapes.js";

/** An answer that is no success. The codes never change meaning. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Those of every answer. */
export const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** An answer in JSON. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const all = { ...HEADERS, "content-type": "application/json", ...headers };
  return new Response(JSON.stringify(value), { status, headers: all });
}

/** An answer that says what is wrong. */
export function refusal(status: number, code: string, message: string): Response {
  return json(status, { error: { code, message } });
}

/** What `error` is to the one who asked. */
export function failed(error: unknown): Response {
  if (error instanceof Refused) {
    return json(error.status, { error: { code: error.code, message: error.message } }, error.headers);
  }
  if (error instanceof ShapeError) return refusal(400, "bad-request", error.message);
  if (error instanceof StoreError) {
    const isAsked = error.code === "bad-cursor" || error.code === "not-an-append";
    return refusal(isAsked ? 400 : 503, error.code, error.message);
  }
  return refusal(500, "failed", messageOf(error));
}

/** The body as JSON; what is larger than `bytesMax` is not read to its end. */
export async function bodyOf(request: Request, bytesMax: number): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  // Forms and plain text can be posted from any page without asking; JSON cannot.
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    throw new Refused(415, "not-json", "`Content-Type` must be `application/json`");
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body?.getReader();
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    bytes += read.value.byteLength;
    if (bytes > bytesMax) {
      await reader?.cancel().catch(() => undefined);
      throw new Refused(413, "too-large", `the body may have at most ${bytesMax} bytes`);
    }
    chunks.push(read.value);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(joined(chunks, bytes)));
  } catch {
    throw new Refused(400, "not-json", "the body must be JSON in UTF-8");
  }
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
