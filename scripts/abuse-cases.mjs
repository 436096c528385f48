/** `node scripts/abuse-cases.mjs`: writes docs/abuse-cases.md, which says by which tests each abuse case is covered. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { isProgram, program, root } from "./run.mjs";

const page = join(root, "docs", "abuse-cases.md");
/** A test is about the cases with which its name begins: `b04_…`, `e02_e03_…`. */
const declared = {
  ".rs": /^\s*(?:async )?fn ((?:[a-e]\d{2}_)+)(\w+)/gm,
  ".ts": /^\s*test\(\s*["'`]((?:[a-e]\d{2}_)+)(\w+)/gm,
};

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    if (item.isDirectory()) return item.name === "artifacts" ? [] : testFiles(path);
    return extname(item.name) in declared ? [path] : [];
  });
}

/** The tests in `text`, of a file with this `ending`, that are about cases: their names, and the ids with which these begin. */
export function abuseTestsIn(text, ending) {
  return [...text.matchAll(declared[ending])].map(([, ids, rest]) => ({
    name: ids + rest,
    ids: ids.split("_").filter(Boolean),
  }));
}

/** The tests of each case, by its id as the names of tests have it. */
function testsByCase() {
  const tests = new Map();
  for (const path of testFiles(join(root, "tests"))) {
    for (const { name, ids } of abuseTestsIn(readFileSync(path, "utf8"), extname(path))) {
      const test = { name, path: relative(root, path).replaceAll("\\", "/") };
      for (const id of ids) tests.set(id, [...(tests.get(id) ?? []), test]);
    }
  }
  return tests;
}

/** All cases, each with its tests. */
export function abuseCases() {
  const tests = testsByCase();
  const cases = JSON.parse(readFileSync(join(root, "tests", "abuse-cases.json"), "utf8"));
  return cases.map((each) => ({ ...each, tests: tests.get(each.id.toLowerCase().replace(/^.(?=\d$)/, "$&0")) ?? [] }));
}

/** The page that says which test covers which case. */
export function abusePage() {
  const rows = abuseCases().map(({ id, priority, case: what, expected, elsewhere, tests }) => {
    const covered = tests.map(({ name, path }) => `[\`${name}\`](../${path})`).join("<br>");
    return `| ${id} | ${priority} | ${what} | ${expected} | ${covered || `— (${elsewhere ?? "not covered"})`} |`;
  });
  return `# Abuse cases

What somebody may try against a held call, an approval or the history, and the tests that try it.
Priority 0 must pass before a release, 1 soon after, 2 is good to have.
The names of the tests begin with the id of their case; \`node scripts/abuse-cases.mjs\` writes this page from them.

| id | priority | case | what happens | tests |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

if (isProgram(import.meta.url)) await program(async () => writeFileSync(page, abusePage()));
