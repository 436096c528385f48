/** `npm run setup`: gets ready what building and testing need. What is there already is left alone, silently. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setUpBrowser } from "./browser.mjs";
import { isProgram, npm, Problem, program, root, run, say } from "./run.mjs";
import { setUpRust, setUpWasmTools } from "./rust.mjs";

/** Makes everything ready for a build. */
export async function setup() {
  checkNode();
  await setUpRust();
  await setUpNodeModules();
  await setUpWasmTools();
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Problem(`Node 20.19 or newer is needed; this is ${process.versions.node}. See https://nodejs.org.`);
}

/** Installs what package-lock.json names, unless it is there already. */
async function setUpNodeModules() {
  if (nodeModulesInStep()) return;
  say("node_modules: installing what package-lock.json names");
  await run([...npm(), "ci", "--loglevel=error"]);
}

function nodeModulesInStep() {
  const installedPath = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedPath)) return false;
  const installed = JSON.parse(readFileSync(installedPath, "utf8")).packages;
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const wanted = Object.keys(locked).filter((path) => path.includes("node_modules/"));
  // A package for another system (`optional`) may be absent; everything else must be the very same.
  return (
    wanted.every((path) => path in installed || locked[path].optional === true) &&
    Object.keys(installed).every((path) => installed[path].integrity === locked[path]?.integrity)
  );
}

if (isProgram(import.meta.url)) {
  await program(async () => {
    await setup();
    say(`chromium: ${await setUpBrowser()}`);
    say("ready");
  });
}
