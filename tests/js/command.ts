/** Runs the real `countersign` command in a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../pkg/bin/countersign.js", import.meta.url));

/** How a process ended and what it wrote. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command; `nodeArgs` come before the program. */
export function start(
  args: readonly string[],
  { cwd, nodeArgs = [] }: { readonly cwd?: string; readonly nodeArgs?: readonly string[] } = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [...nodeArgs, launcher, ...args], cwd === undefined ? {} : { cwd });
}

/** Runs the command to its end with `input` as standard input. */
export async function run(args: readonly string[], input: string | Uint8Array = "", cwd?: string): Promise<Finished> {
  const child = start(args, cwd === undefined ? {} : { cwd });
  const stdout = read(child.stdout);
  const stderr = read(child.stderr);
  const code = ended(child);
  await feed(child, [input]);
  return { code: await code, stdout: await stdout, stderr: await stderr };
}

/** Writes `chunks` to the process as fast as it takes them; it may stop reading whenever it likes. */
export async function feed(
  child: ChildProcessWithoutNullStreams,
  chunks: Iterable<string | Uint8Array>,
): Promise<void> {
  await pipeline(Readable.from(chunks, { objectMode: false }), child.stdin).catch((error: { code?: unknown }) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}

/** The exit status of the process. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/** All text of `stream`. */
export async function read(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Runs `use` in a folder with `files` that is gone afterwards. */
export async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
