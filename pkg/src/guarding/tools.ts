/** What a tool said of itself to the agent, as a digest: when that changes, the tool is not the one that was approved. */
import { snapshotValue } from "../call.js";
import type { Digest } from "../types.js";

const LABEL = "countersign/tool/v1\0";

/** The digest of each of `descriptions`, which are read now and digested when first asked for. */
export function toolDigests(
  descriptions: Readonly<Record<string, unknown>>,
): () => Promise<ReadonlyMap<string, Digest>> {
  const texts = Object.entries(descriptions).map(([name, description]) => [name, textOf(name, description)] as const);
  let digests: Promise<ReadonlyMap<string, Digest>> | undefined;
  return () => {
    digests ??= Promise.all(texts.map(async ([name, text]) => [name, await digestOf(text)] as const)).then(
      (entries) => new Map(entries),
    );
    return digests;
  };
}

function textOf(name: string, description: unknown): string {
  const isNested = typeof description === "object" && description !== null;
  const plain = isNested ? snapshotValue(description, 0) : description;
  if (typeof plain !== "string" && typeof plain !== "object")
    throw new TypeError(`what \`tools\` says of \`${name}\` must be text or plain data`);
  return canonical(plain);
}

/** The form of RFC 8785: keys by UTF-16 code units, and what `JSON.stringify` makes of everything else. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(",")}}`;
}

async function digestOf(text: string): Promise<Digest> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(LABEL + text)));
  return `sha256:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
