/** What a tool said of itself to the agent, as a digest: when that changes, the tool is not the one that was approved. */
import { snapshotValue } from "../call.js";
import type { Holding } from "../core.js";
import type { Digest } from "../types.js";

/** The digest of each of `descriptions`, which are read now and digested when first asked for. */
export function toolDigests(
  holding: Holding,
  descriptions: Readonly<Record<string, unknown>>,
): () => Promise<ReadonlyMap<string, Digest>> {
  const plain = Object.entries(descriptions).map(([name, description]) => [name, plainOf(name, description)] as const);
  let digests: ReadonlyMap<string, Digest> | undefined;
  return async () => {
    await holding.ready();
    digests ??= new Map(plain.map(([name, description]) => [name, holding.toolDigest(description)]));
    return digests;
  };
}

function plainOf(name: string, description: unknown): unknown {
  const isNested = typeof description === "object" && description !== null;
  const plain = isNested ? snapshotValue(description, 0) : description;
  if (typeof plain === "string" || typeof plain === "object") return plain;
  throw new TypeError(`what \`tools\` says of \`${name}\` must be text or plain data`);
}
