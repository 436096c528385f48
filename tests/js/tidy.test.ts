/** The house rules of CONTRIBUTING.md, as a test. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const notOurs = /^(\.git|target|node_modules|pkg\/dist|pkg\/src\/wasm|www\/dist|tests\/artifacts|.*\/node_modules)$/;
const textFile = /(\.(rs|ts|tsx|mjs|js|json|toml|md|yaml|yml|html|css|svg)|^\.ci\/run|^\.gitignore|^\.npmrc)$/;
const linesMax = 550;

interface TextFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

function readFiles(folder = ""): readonly TextFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((item): readonly TextFile[] => {
    const path = folder === "" ? item.name : `${folder}/${item.name}`;
    if (notOurs.test(path)) return [];
    if (item.isDirectory()) return readFiles(path);
    return textFile.test(path) ? [{ path, text: readFileSync(join(root, path), "utf8") }] : [];
  });
}

const files = readFiles();
const ourTypeScript = /^(pkg|www|tests)\/.*\.tsx?$/;
/** This file names what it forbids. */
const self = "tests/js/tidy.test.ts";

/** What must not stand in a file whose path matches `where`. */
const forbidden: readonly { rule: string; where: RegExp; pattern: RegExp; except?: RegExp }[] = [
  {
    rule: "text reaches a page only as text",
    where: /^(pkg|www)\//,
    pattern: /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML)\b|\bdocument\.write\b/,
  },
  {
    rule: "no test is skipped, and none runs alone",
    where: /^(src|tests|pkg|www)\//,
    pattern: /\b(test|it|describe|suite)(\.\w+)*\.(skip|only|todo|fixme|fail)\(|#\[ignore\b|\bskip: *true/,
  },
  {
    rule: "`unknown`, never `any`",
    where: ourTypeScript,
    pattern: /(: *|<|\bas +|\| *|readonly +)any\b *([;,)>=[{|]|$)/m,
  },
  {
    rule: "the compiler is not silenced",
    where: /^(pkg|www)\/.*\.tsx?$/,
    pattern: /@ts-(ignore|nocheck|expect-error)/,
  },
  {
    rule: "only engines/ knows the generated modules",
    where: /^(pkg|www)\/.*\.tsx?$/,
    pattern: /(from|import)\b[^;\n]*["'][^"']*\bwasm\/countersign(_\w+)?(\.js)?["']/,
    except: /^pkg\/src\/engines\/\w+\.ts$/,
  },
  {
    rule: "no absolute path of somebody's machine",
    where: /^(?!tests\/vectors\/|examples\/|src\/matcher\/path)/,
    pattern: /(?<![\w.])\/(root|work|home\/(?!(?:app|ann|user)\/)\w+|Users\/\w+)\/|\b[A-Z]:\\{1,2}Users\b/,
  },
  {
    rule: "the lockfile names no registry",
    where: /^((bench\/)?package-lock\.json|pkg\/|www\/)/,
    pattern: /"resolved": "https?:/,
  },
];

for (const { rule, where, pattern, except } of forbidden) {
  test(rule, () => {
    const checked = files.filter(({ path }) => where.test(path) && path !== self && !except?.test(path));
    assert.ok(checked.length > 0, "the rule looks at no file");
    const found = checked.flatMap(({ path, text }) => {
      const match = pattern.exec(text);
      return match === null ? [] : [`${path}:${lineOf(text, match.index)}: ${match[0].trim()}`];
    });
    assert.deepEqual(found, []);
  });
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

test(`no source file is longer than ${linesMax} lines`, () => {
  const source = files.filter(({ path }) => /\.(rs|ts|tsx|mjs|js|css)$/.test(path));
  const long = source.map(({ path, text }) => ({ path, lines: lineOf(text, text.length) }));
  assert.deepEqual(
    long.filter(({ lines }) => lines > linesMax),
    [],
  );
});

test("no JavaScript YAML parser is installed by us: two parsers differ, and attackers live in the difference", () => {
  const ours = ["package.json", "pkg/package.json", "www/package.json"].flatMap(dependenciesOf);
  assert.ok(ours.includes("typescript"));
  assert.deepEqual(
    ours.filter((name) => /ya?ml/i.test(name)),
    [],
  );
});

test("the package requires no other package at run time", () => {
  assert.deepEqual(manifest("pkg/package.json").dependencies ?? {}, {});
});

test("every dependency is pinned to one version", () => {
  const pinned = /^\d+\.\d+\.\d+$/;
  for (const path of ["package.json", "www/package.json", "bench/package.json"]) {
    const { dependencies = {}, devDependencies = {} } = manifest(path);
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !pinned.test(version),
    );
    assert.deepEqual(loose, [], path);
  }
});

test("the lockfile knows the packages of every system, or `npm ci` refuses it", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  assert.deepEqual(missing, []);
});

interface Manifest {
  readonly [kind: string]: Readonly<Record<string, string>> | undefined;
}

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
}

function dependenciesOf(path: string): readonly string[] {
  const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
  return kinds.flatMap((kind) => Object.keys(manifest(path)[kind] ?? {}));
}

test("every link in Markdown to a file of ours leads somewhere", () => {
  const documents = files.filter(({ path }) => path.endsWith(".md"));
  assert.ok(documents.length > 0);
  assert.deepEqual(documents.flatMap(brokenLinks), []);
});

function brokenLinks({ path, text }: TextFile): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
  const links = [...prose.matchAll(/\]\(([^()\s]+)\)|^\[[^\]]+\]: +(\S+)/gm)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
  return links
    .filter((link) => !/^[a-z]+:/i.test(link))
    .filter((link) => !leadsSomewhere(path, link))
    .map((link) => `${path}: ${link}`);
}

function leadsSomewhere(from: string, link: string): boolean {
  const [file = "", anchor] = decodeURIComponent(link).split("#");
  const target = file === "" ? from : join(dirname(from), file);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || !target.endsWith(".md") || anchorsOf(target).has(anchor);
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(path: string): ReadonlySet<string> {
  const headings = readFileSync(join(root, path), "utf8").matchAll(/^#{1,6} +(.+?) *$/gm);
  return new Set([...headings].map(([, heading = ""]) => slug(heading)));
}

function slug(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
}
