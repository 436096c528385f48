/** Reads a policy file, or a library file, from the disk. */

import { ask } from "../engine/client.ts";

/** The editor stays usable up to here; the engine's own limit is lower and gives a diagnostic. */
const BYTES_MAX = 8 * 1024 * 1024;

/** A library has many policies and versions. */
const LIBRARY_BYTES_MAX = 64 * 1024 * 1024;

export type OpenedFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

export async function openPolicyFile(file: File): Promise<OpenedFile> {
  const max = file.name.endsWith(".json") ? LIBRARY_BYTES_MAX : BYTES_MAX;
  if (file.size > max) {
    return { ok: false, message: `${file.name} has ${file.size} bytes; the editor takes at most ${max}` };
  }
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { ok: false, message: `${file.name} could not be read` };
  }
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, message: await saidByEngine(file.name, bytes) };
  }
}

/** No text: the engine says why, as the command line does. */
async function saidByEngine(name: string, bytes: Uint8Array): Promise<string> {
  try {
    return (await ask((api) => api.checkFile(name, bytes))).trim();
  } catch {
    return `${name} is not UTF-8 text`;
  }
}
