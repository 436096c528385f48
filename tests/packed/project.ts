/** A throw-away project, outside the repository, with the package installed from its tarball as users get it. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { loadPolicy } from "countersign";
import { npm, root, run } from "../../scripts/run.mjs";

export interface Project {
  readonly folder: string;
  /** Writes a file and gives its absolute path. */
  write(name: string, text: string): string;
}

/** Makes a project with the packed package, removed when the tests of the file are done. */
export async function installPacked(): Promise<Project> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "countersign-packed-")));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const { filename } = await pack("--pack-destination", folder);
  write("package.json", JSON.stringify({ private: true, type: "module" }));
  await run([...npm(), "install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", `./${filename}`], {
    cwd: folder,
  });
  write("decide.js", decideSource);
  return { folder, write };
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** What `npm pack` says about the package. */
export async function pack(...options: readonly string[]): Promise<Packed> {
  const output = await run([...npm(), "pack", "--json", "--loglevel=error", ...options], { cwd: join(root, "pkg") });
  const [packed] = JSON.parse(output.slice(output.indexOf("["))) as readonly Packed[];
  if (packed === undefined) throw new Error(`npm pack said: ${output}`);
  return packed;
}

const policyText = readFileSync(join(root, "examples/policies/starter.yaml"), "utf8");

/** The same program for every runtime: loads a policy, decides calls, and is refused what is bad. */
const decideSource = `
import { CallError, loadPolicy, PolicyError } from "countersign";

const policyText = ${JSON.stringify(policyText)};
const tools = ["search.web", "file.write", "shell.execute", "never.heard.of"];

export async function decideAll() {
  const policy = await loadPolicy(policyText);
  const actions = tools.map((tool) => policy.decide({ tool, args: {} }).action);
  const badPolicy = await loadPolicy("rules:\\n  - { tool: a, action: alow }").catch((error) =>
    error instanceof PolicyError ? error.diagnostics.map(({ code }) => code) : String(error),
  );
  let badCall;
  try {
    policy.decide({ args: {} });
  } catch (error) {
    badCall = error instanceof CallError ? error.code : String(error);
  }
  return { digest: policy.digest, actions, badPolicy, badCall };
}
`;

/** What `decideAll` gives in every runtime; the digest is the one that the repository's own build gives in Node. */
export async function expected(): Promise<unknown> {
  const { digest } = await loadPolicy(policyText);
  return {
    digest,
    actions: ["allow", "escalate", "block", "escalate"],
    badPolicy: ["unknown-action"],
    badCall: "missing-tool",
  };
}
