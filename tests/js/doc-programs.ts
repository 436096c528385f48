/** The programs of a page of the documentation, each run in a process of its own. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ended, read } from "./command.ts";

const target = fileURLToPath(new URL("../../target/", import.meta.url));

/** The blocks of `js` on a page, each behind the first, with which all of them begin; and those of `text`. */
export function programsOf(page: string): {
  readonly programs: readonly string[];
  readonly outputs: readonly string[];
} {
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);
  const [beginning = "", ...programs] = blocks("js");
  return { programs: programs.map((program) => beginning + program), outputs: blocks("text") };
}

/** What `program`, the one at `index` of the page `name`, prints; fails if it says anything on standard error. */
export async function printed(program: string, name: string, index: number): Promise<string> {
  const folder = join(target, `${name}-docs`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${index + 1}.mjs`);
  writeFileSync(file, program);
  const child = spawn(process.execPath, [file], { cwd: folder });
  const [stdout, stderr, status] = await Promise.all([read(child.stdout), read(child.stderr), ended(child)]);
  assert.deepEqual([stderr, status], ["", 0]);
  return stdout;
}
