/** The Chromium that the browser tests run in: found where it usually lies, installed where it is not. */
import { existsSync } from "node:fs";
import { capture, findOnPath, Problem, packageProgram, run, say } from "./run.mjs";

const commands = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const macOsPath = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** Path of a Chromium that starts, or `null`. CHROMIUM_PATH comes first, then PATH, then Playwright's own. */
export async function findBrowser() {
  if (process.env.CHROMIUM_PATH) {
    if (starts(process.env.CHROMIUM_PATH)) return process.env.CHROMIUM_PATH;
    throw new Problem(`CHROMIUM_PATH is ${process.env.CHROMIUM_PATH}, which does not start`);
  }
  const { chromium } = await import("playwright-core");
  const candidates = [...commands.map(findOnPath), macOsPath, chromium.executablePath()];
  return candidates.find((path) => path !== null && starts(path)) ?? null;
}

function starts(path) {
  return existsSync(path) && capture(path, ["--version"]) !== null;
}

/** Makes sure that there is a Chromium, and resolves to its path. */
export async function setUpBrowser() {
  for (const install of [null, withPlaywright, withApt]) {
    if (install !== null) await install();
    const path = await findBrowser();
    if (path !== null) return path;
  }
  throw new Problem(
    "The browser tests need Chromium or Chrome. Install one (Debian: `apt-get install chromium`), " +
      "or name one in the environment variable CHROMIUM_PATH.",
  );
}

async function withPlaywright() {
  say("chromium: downloading Playwright's own");
  await tryRun([...packageProgram("playwright-core"), "install", "chromium"]);
}

async function withApt() {
  if (process.getuid?.() !== 0 || findOnPath("apt-get") === null) return;
  say("chromium: installing the system's package");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await tryRun(["apt-get", "update"], { env });
  await tryRun(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], { env });
}

/** Runs a command whose failure is no end: the next way is tried. */
async function tryRun(commandLine, options) {
  try {
    await run(commandLine, options);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`  that did not work: ${error.message.split("\n")[0]}`);
  }
}
