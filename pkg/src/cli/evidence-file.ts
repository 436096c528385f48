/** Evidence in files: what `calibrate` saves of histories to carry elsewhere, and its checkpoint. */
import { open } from "node:fs/promises";
import type { SavedEvidence } from "../calibrating.js";
import { hasKeyTwice } from "../history-text.js";
import type { Checkpoint } from "../lifecycle.js";
import type { Digest } from "../types.js";
import { lineOf, readCheckpoint } from "./history/lines.js";
import { type Input, openInput, readText } from "./input.js";
import { Problem, unwritable } from "./problem.js";

/** Larger evidence is neither written nor read. */
const EVIDENCE_BYTES_MAX = 256 * 1024 * 1024;
/** How evidence begins; a line of a history has no such key. */
const HEADER = /^\s*\{\s*"evidenceVersion"\s*:/;
const HEADER_BYTES = 64;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A checkpoint that was kept elsewhere: of a history, or the digest of evidence. */
export type Kept = { readonly history: Checkpoint } | { readonly evidence: Digest };

/** The checkpoint in `file`, of a history or of evidence. */
export async function readKept(file: string): Promise<Kept> {
  const { name, text } = await readText(file, {});
  const written = new TextDecoder().decode(text);
  const evidence = evidenceCheckpointIn(written);
  return evidence === null ? { history: readCheckpoint(written, name) } : { evidence };
}

function evidenceCheckpointIn(text: string): Digest | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, "evidence")) return null;
    const { evidence } = value as { readonly evidence: unknown };
    const isOne = typeof evidence === "string" && DIGEST.test(evidence) && Object.keys(value).length === 1;
    return isOne ? (evidence as Digest) : null;
  } catch {
    // What it is instead is told by whoever reads it as the checkpoint of a history.
    return null;
  }
}

/** What a file holds, told by how it begins. */
export type Opened =
  | { readonly kind: "history"; readonly input: Input }
  | { readonly kind: "evidence"; readonly name: string; readonly evidence: unknown };

/** Opens a history, or reads evidence as a whole. */
export async function openHistoryOrEvidence(file: string): Promise<Opened> {
  const input = await openInput(file);
  const iterator = input.chunks[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < HEADER_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    begun.push(next.value);
    bytes += next.value.byteLength;
  }
  const chunks = joined(begun, iterator);
  const beginning = Buffer.concat(begun).subarray(0, HEADER_BYTES).toString("utf8");
  if (!HEADER.test(beginning)) return { kind: "history", input: { ...input, chunks } };
  return { kind: "evidence", name: input.name, evidence: await evidenceIn({ ...input, chunks }) };
}

async function* joined(begun: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* begun;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function evidenceIn({ name, chunks }: Input): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > EVIDENCE_BYTES_MAX) throw broken(name, `it has more than ${EVIDENCE_BYTES_MAX} bytes`);
    parts.push(chunk);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts, bytes));
    const value: unknown = JSON.parse(text);
    if (hasKeyTwice(text)) throw broken(name, "a key stands there twice, so two readers see two things");
    return value;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw broken(name, unreadableAs(error), error);
  }
}

/** Why bytes are no JSON, by what reading them threw. */
function unreadableAs(error: unknown): string {
  if (error instanceof SyntaxError) return "it is not JSON: it was cut short or changed";
  return error instanceof TypeError ? "it is not UTF-8" : "it is nested too deeply";
}

function broken(name: string, why: string, cause?: unknown): Problem {
  const help = "save the evidence again from its histories";
  return new Problem("unreadable", `cannot read the evidence \`${name}\`: ${why}`, help, { cause });
}

/** Where evidence is to be saved. */
export interface Saving {
  readonly file: string;
  /** A new file for its checkpoint. */
  readonly checkpoint: string | undefined;
}

/** Writes `evidence`, and its checkpoint if a file is named for that. */
export async function saveEvidence(evidence: SavedEvidence, { file, checkpoint }: Saving): Promise<void> {
  const text = lineOf(evidence);
  if (Buffer.byteLength(text) > EVIDENCE_BYTES_MAX) {
    const help = "calibrate fewer histories at once";
    throw new Problem("unwritable", `the evidence would have more than ${EVIDENCE_BYTES_MAX} bytes`, help);
  }
  await writeNew(file, text, "name a new file: older evidence may be needed still");
  if (checkpoint === undefined) return;
  const help = "name a new file: an older checkpoint shows what the evidence was";
  await writeNew(checkpoint, lineOf({ evidence: evidence.digest }), help);
}

/** A file that is there is left alone. Nobody else may read what people's calls were about. */
async function writeNew(file: string, text: string, help: string): Promise<void> {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(text).finally(() => handle.close());
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw unwritable(file, error);
    throw new Problem("unwritable", `cannot write \`${file}\`: it is there already`, help, { cause: error });
  }
}
