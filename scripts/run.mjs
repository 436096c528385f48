/** What every script here needs: running commands, finding them, and telling the person at the terminal. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Something a person can mend: its message is all that gets printed. */
export class Problem extends Error {}

const live = process.stdout.isTTY === true;
const heartbeatMs = 30_000;

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Whole seconds since `startMs`, for people. */
export function seconds(startMs) {
  return `${((Date.now() - startMs) / 1000).toFixed(1)} s`;
}

/** The path of a command on PATH, or `null`. */
export function findOnPath(name) {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (folder !== "" && existsSync(path)) return path;
    }
  }
  return null;
}

/** What a command prints, trimmed; `null` if it is missing or fails. */
export function capture(command, args, options = {}) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8", ...options });
  return status === 0 ? stdout.trim() : null;
}

/** The command line that runs a program of an installed npm package, without a shell on any system. */
export function packageProgram(packageName, program = packageName) {
  const folder = join(root, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const path = join(folder, typeof bin === "string" ? bin : bin[program]);
  return path.endsWith(".exe") ? [path] : [process.execPath, path];
}

/** The command line of npm: the one that runs this script, else the one on PATH. */
export function npm() {
  const running = process.env.npm_execpath;
  if (running?.endsWith("npm-cli.js")) return [process.execPath, running];
  const found = findOnPath("npm");
  if (found === null) throw new Problem("npm is missing; it comes with Node: https://nodejs.org");
  return [found];
}

/**
 * Runs a command line and resolves to its output.
 * A failure throws a `Problem` with the whole output; while it runs, a terminal shows the latest line.
 *
 * @param {readonly string[]} commandLine
 * @returns {Promise<string>}
 */
export function run(commandLine, { env = process.env, cwd = root } = {}) {
  const [command, ...args] = commandLine;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const status = statusLine();
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
        status.show(text);
      });
    }
    child.on("error", (error) => {
      status.end();
      reject(new Problem(`cannot run ${command}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      status.end();
      if (code === 0) return resolve(output);
      reject(new Problem(`${output.trimEnd()}\n${commandLine.join(" ")}: ${signal ?? `exit status ${code}`}`));
    });
  });
}

/** One line that says what a running command is at: rewritten on a terminal, every half minute elsewhere. */
function statusLine() {
  const startMs = Date.now();
  let last = "";
  const show = (text) => {
    last = text.trimEnd().split("\n").at(-1).trim() || last;
    if (live) process.stdout.write(`\r\u001b[K  ${seconds(startMs)}  ${last.slice(0, 90)}`);
  };
  const heartbeat = live ? undefined : setInterval(() => say(`  ${seconds(startMs)}  ${last}`), heartbeatMs);
  const end = () => {
    clearInterval(heartbeat);
    if (live) process.stdout.write("\r\u001b[K");
  };
  return { show, end };
}

/** Whether Node was started with this module, given as its `import.meta.url`. */
export function isProgram(url) {
  return process.argv[1] === fileURLToPath(url);
}

/** Runs a script's body: a `Problem` is printed without a stack, and the exit status is 1. */
export async function program(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
