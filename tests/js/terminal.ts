/** Runs the command at a pseudo terminal, by `script` of util-linux, which every Debian has. */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../pkg/bin/countersign.js", import.meta.url));

/** What was shown, and how it ended. */
export interface Shown {
  readonly code: number | null;
  /** Everything that the terminal showed, typed text included, without carriage returns. */
  readonly text: string;
}

/** Runs the command; whenever the terminal shows the next of `prompts`, what belongs to it is typed. */
export async function atTerminal(args: readonly string[], prompts: readonly [RegExp, string][]): Promise<Shown> {
  if (spawnSync("script", ["--version"]).status !== 0) {
    throw new Error("this test needs the program `script` of util-linux (Debian: package bsdutils)");
  }
  const command = [process.execPath, launcher, ...args].map(quoted).join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  const waiting = [...prompts];
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    text += chunk;
    const [next] = waiting;
    if (next === undefined || !next[0].test(text)) return;
    waiting.shift();
    child.stdin.write(next[1]);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, text: text.replaceAll("\r", "") };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
