/** Files and standard input. */
import { createReadStream, fstatSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Limits } from "../types.js";
import { Problem, unreadable, usageProblem } from "./problem.js";

/** What messages call standard input. */
export const STDIN_NAME = "<stdin>";

/** Bytes of such a file that are read at all, unless `--max-bytes` asks for more; the engine's own limits are lower. */
const TEXT_BYTES_MAX = 64 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** An open input. */
export interface Input {
  readonly name: string;
  /** Size in bytes; `null` if the system does not know it. */
  readonly bytes: number | null;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Opens `file`, or standard input if it is `-`.
 *
 * @throws {@link Problem} `unreadable`. What fails later is thrown by the chunks, as a {@link Problem} too.
 */
export async function openInput(file: string): Promise<Input> {
  if (file === "-") return { name: STDIN_NAME, bytes: null, chunks: stdinChunks() };
  try {
    const status = await stat(file);
    if (status.isDirectory()) throw new Problem("unreadable", `cannot read \`${file}\`: it is a directory`);
    const chunks = chunksOf(file, createReadStream(file, { highWaterMark: CHUNK_BYTES }));
    return { name: file, bytes: status.isFile() ? status.size : null, chunks };
  } catch (error) {
    throw error instanceof Problem ? error : unreadable(file, error);
  }
}

/** Standard input; a directory there would read as if it were empty. */
function stdinChunks(): AsyncIterable<Uint8Array> {
  if (stdinIsDirectory()) throw new Problem("unreadable", `cannot read \`${STDIN_NAME}\`: it is a directory`);
  return chunksOf(STDIN_NAME, process.stdin);
}

function stdinIsDirectory(): boolean {
  try {
    return fstatSync(0).isDirectory();
  } catch {
    // Closed: reading it says so.
    return false;
  }
}

async function* chunksOf(name: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** A whole text, with what messages call it. */
export interface NamedText {
  readonly name: string;
  readonly text: Uint8Array;
}

/** Reads a whole policy or tool catalogue, which is never endless. */
export async function readText(file: string, limits: Partial<Limits>): Promise<NamedText> {
  const { name, chunks } = await openInput(file);
  const most = Math.max(limits.bytes ?? 0, TEXT_BYTES_MAX);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > most) throw new Problem("unreadable", `cannot read \`${name}\`: it has more than ${most} bytes`);
    parts.push(chunk);
  }
  return { name, text: Buffer.concat(parts, bytes) };
}

/** Refuses to wait for somebody to type what they probably meant to name. */
export function checkNotTyped(command: string, what: string): void {
  if (process.stdin.isTTY) throw usageProblem(`no ${what} given; name a file, or \`-\` to type it here`, command);
}
