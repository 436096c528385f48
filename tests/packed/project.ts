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

/** Makes a project with the packed package, of which it uses `entry`; removed when the tests of the file are done. */
export async function installPacked(entry: Entry = "countersign"): Promise<Project> {
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
  write("decide.js", await decideSource(entry));
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

/** An entry of the package that decides; each has a build of the engine to itself. */
export type Entry = "countersign" | "countersign/guard" | "countersign/compiled";

/** The same program for every runtime and entry: loads a policy, decides calls, and is refused what is bad. */
async function decideSource(entry: Entry): Promise<string> {
  const bytes = (await loadPolicy(policyText)).compiled();
  const [load, policy, badPolicy] =
    entry === "countersign/compiled"
      ? ["loadCompiledPolicy", bytesSource(bytes), bytesSource(bytes.subarray(0, -1))]
      : ["loadPolicy", JSON.stringify(policyText), JSON.stringify("rules:\n  - { tool: a, action: alow }")];
  return `
import { CallError, ${load} } from "${entry}";

const policy = ${policy};
const badPolicy = ${badPolicy};
const tools = ["search.web", "file.write", "shell.execute", "never.heard.of"];

export async function decideAll() {
  const loaded = await ${load}(policy);
  const actions = tools.map((tool) => loaded.decide({ tool, args: {} }).action);
  const codes = ({ code, diagnostics }) => [code, ...(diagnostics ?? []).map(({ code }) => code)];
  const refused = await ${load}(badPolicy).catch(codes);
  let badCall;
  try {
    loaded.decide({ args: {} });
  } catch (error) {
    badCall = error instanceof CallError ? error.code : String(error);
  }
  return { digest: loaded.digest, actions, badPolicy: refused, badCall };
}
`;
}

function bytesSource(bytes: Uint8Array): string {
  return `new Uint8Array([${bytes.join()}])`;
}

/** What `decideAll` gives in every runtime; the digest is the one that the repository's own build gives in Node. */
export async function expected(entry: Entry = "countersign"): Promise<unknown> {
  const { digest } = await loadPolicy(policyText);
  return {
    digest,
    actions: ["allow", "escalate", "block", "escalate"],
    badPolicy: entry === "countersign/compiled" ? ["cut-short"] : ["invalid-policy", "unknown-action"],
    badCall: "missing-tool",
  };
}
