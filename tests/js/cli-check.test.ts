/** `countersign check`, and what the command says about itself, in real processes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inFolder, run } from "./command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const good = "rules:\n  - { tool: file.read, action: allow }\n";
const bad = "rules:\n  - tool: file.read\n    action: alow\n";
const files = {
  "good.yaml": good,
  "bad.yaml": bad,
  "empty.yaml": "",
  "crlf.yaml": good.replaceAll("\n", "\r\n"),
  "policy.json": '{"rules": [{"tool": "file.read", "action": "allow"}]}',
  "binary.yaml": new Uint8Array([0, 0xff, 0xfe, 0x80, 10]),
  "large.yaml": `${"# padding\n".repeat(500_000)}${good}`,
  "deep.yaml": `x-deep: ${"[".repeat(70)}${"]".repeat(70)}\n${good}`,
};

/** Runs `countersign check ARGS` in a folder with `files` and looks at the end and the two outputs. */
async function check(
  args: readonly string[],
  expected: { code: number; stdout?: RegExp; stderr?: RegExp },
  input?: string,
): Promise<void> {
  await inFolder(files, async (folder) => {
    const { code, stdout, stderr } = await run(["check", ...args], input, folder);
    assert.match(stdout, expected.stdout ?? /^$/);
    assert.match(stderr, expected.stderr ?? /^$/);
    assert.equal(code, expected.code);
  });
}

test("a good policy is ok, with its digest", () =>
  check(["good.yaml"], { code: 0, stdout: /^good\.yaml: ok, 1 rule, sha256:[0-9a-f]{64}\n$/ }));

test("a bad policy is shown with carets under the place", async () => {
  const expected = [
    "error[unknown-action]: unknown action `alow`",
    "  --> bad.yaml:3:13",
    "   |",
    " 3 |     action: alow",
    "   |             ^^^^ expected `allow`, `escalate` or `block`",
    "   = help: did you mean `allow`?",
    "",
    "bad.yaml: 1 error",
    "",
  ];
  await inFolder(files, async (folder) => {
    const { code, stdout } = await run(["check", "bad.yaml"], "", folder);
    assert.equal(stdout, expected.join("\n"));
    assert.equal(code, 1);
  });
});

test("CRLF and JSON are fine, and all are the same policy", async () => {
  await inFolder(files, async (folder) => {
    const { code, stdout } = await run(["check", "good.yaml", "crlf.yaml", "policy.json"], "", folder);
    const digests = stdout.match(/sha256:\w+/g);
    assert.deepEqual([code, digests?.length, new Set(digests).size], [0, 3, 1]);
  });
});

test("an empty file, a binary file and a file over the limits are errors of the policy", async () => {
  await check(["empty.yaml"], { code: 1, stdout: /error\[empty-policy\][\s\S]*empty\.yaml: 1 error\n$/ });
  await check(["binary.yaml"], { code: 1, stdout: /error\[damaged-text\]/ });
  await check(["large.yaml"], { code: 1, stdout: /error\[too-large\]/ });
  await check(["deep.yaml"], { code: 1, stdout: /error\[too-deep\]/ });
});

test("options raise the limits", async () => {
  await check(["large.yaml", "--max-bytes", "6000000"], { code: 0, stdout: /: ok/ });
  await check(["deep.yaml", "--max-depth=100"], { code: 0, stdout: /: ok/ });
  await check(["good.yaml", "--max-nodes", "3"], { code: 1, stdout: /error\[too-many-nodes\]/ });
});

const tools = '{"tools": [{"name": "file.read"}, {"name": "file.write"}], "nextCursor": "2"}';

test("--tools checks every policy against a catalogue, whose own problems are told once", async () => {
  const withTools = { ...files, "tools.json": tools, "typo.yaml": "rules:\n  - { tool: file.raed, action: block }\n" };
  await inFolder(withTools, async (folder) => {
    const { code, stdout } = await run(["check", "--tools", "tools.json", "good.yaml", "typo.yaml"], "", folder);
    assert.equal(code, 0);
    assert.equal(stdout.match(/warning\[incomplete-catalogue\]/g)?.length, 1);
    assert.match(stdout, /\ntools\.json: 1 warning\ngood\.yaml: ok, 1 rule, sha256:/);
    assert.match(stdout, /warning\[unknown-tool\][\s\S]*= help: did you mean `file\.read`\?[\s\S]*\ntypo\.yaml: /);
    const json = await run(["check", "--format=json", "--tools=tools.json", "typo.yaml"], "", folder);
    const report = JSON.parse(json.stdout);
    assert.deepEqual(
      [report.tools.file, report.tools.diagnostics.length, report.files[0].diagnostics[0].code],
      ["tools.json", 1, "unknown-tool"],
    );
  });
});

test("a catalogue with errors, or none, is red, and the policies are checked all the same", async () => {
  await inFolder({ ...files, "tools.json": '[{"name": 7}]' }, async (folder) => {
    const broken = await run(["check", "--tools", "tools.json", "good.yaml"], "", folder);
    assert.match(broken.stdout, /error\[wrong-type\][\s\S]*\ntools\.json: 1 error\ngood\.yaml: ok/);
    assert.equal(broken.code, 1);
    const missing = await run(["check", "--tools", "nope.json", "good.yaml"], "", folder);
    assert.match(missing.stderr, /cannot read `nope\.json`/);
    assert.match(missing.stdout, /^good\.yaml: ok/);
    assert.equal(missing.code, 2);
  });
  await check(["--tools", "-", "-"], { code: 2, stderr: /standard input can be read only once/ });
});

test("a missing file and a directory do not stop the others", () =>
  check(["nope.yaml", ".", "bad.yaml", "good.yaml"], {
    code: 2,
    stdout: /bad\.yaml: 1 error\ngood\.yaml: ok/,
    stderr:
      /^error\[unreadable\]: cannot read `nope\.yaml`: there is no such file\nerror\[unreadable\]: cannot read `\.`: it is a directory\n$/,
  }));

test("standard input is read for `-` and when no file is named", async () => {
  await check(["-"], { code: 0, stdout: /^<stdin>: ok/ }, good);
  await check([], { code: 1, stdout: /--> <stdin>:3:13/ }, bad);
  await check(["-", "good.yaml", "-"], { code: 2, stderr: /^error\[usage\]: standard input can be read only once\n/ });
});

test("--format json is one object, with offsets in UTF-16 code units", async () => {
  const policies = { "a.yaml": `# 😀\n${bad}`, "good.yaml": good };
  await inFolder(policies, async (folder) => {
    const { code, stdout } = await run(["check", "--format", "json", "a.yaml", "nope.yaml", "good.yaml"], "", folder);
    assert.equal(code, 2);
    const { files: reports } = JSON.parse(stdout);
    assert.deepEqual(
      reports.map(({ file, error }: { file: string; error?: { code: string } }) => [file, error?.code]),
      [
        ["a.yaml", undefined],
        ["nope.yaml", "unreadable"],
        ["good.yaml", undefined],
      ],
    );
    const [{ digest, diagnostics }, , { digest: goodDigest }] = reports;
    assert.equal(digest, null);
    assert.match(goodDigest, /^sha256:/);
    const { code: diagnosticCode, span } = diagnostics[0];
    assert.equal(diagnosticCode, "unknown-action");
    assert.equal(policies["a.yaml"].slice(span.start, span.end), "alow");
  });
});

const misuses: readonly [args: readonly string[], stderr: RegExp][] = [
  [
    ["check", "--nonsense", "x"],
    /^error\[usage\]: unknown option `--nonsense`\n {2}= help: run `countersign check --help`\n$/,
  ],
  [["check", "--format", "xml", "x"], /`--format` must be `text` or `json`, not `xml`/],
  [["check", "--format"], /`--format <value>` argument missing/],
  [["check", "--max-bytes", "1e3", "x"], /`--max-bytes` must be an integer from 1 to 4294967295, not `1e3`/],
  [["check", "--max-depth", "0", "x"], /`--max-depth` must be/],
  [["decide"], /^error\[usage\]: no `--policy FILE` given\n/],
  [["decide", "--policy", "p", "a", "b"], /one file of calls can be given, not 2/],
  [["decide", "--policy", "-"], /standard input can be read only once/],
  [
    ["frobnicate"],
    /^error\[usage\]: unknown command `frobnicate`: the commands are `check`, `test`, `mutate`, `decide`, `trace`, `compare`, `compile`, `review`, `calibrate`, `history`\n/,
  ],
  [["--frobnicate"], /unknown option `--frobnicate`/],
  [["__proto__"], /unknown command `__proto__`/],
  [[], /^Usage: countersign COMMAND/],
];

for (const [args, stderr] of misuses) {
  test(`countersign ${args.join(" ")}: wrong usage, exit status 2`, async () => {
    const finished = await run(args);
    assert.match(finished.stderr, stderr);
    assert.deepEqual([finished.code, finished.stdout], [2, ""]);
  });
}

test("--help of the command and of each of its commands", async () => {
  for (const [args, first] of [
    [["--help"], "Usage: countersign COMMAND [OPTIONS] …"],
    [["help"], "Usage: countersign COMMAND [OPTIONS] …"],
    [["check", "--help"], "Usage: countersign check [OPTIONS] FILE…"],
    [["help", "check"], "Usage: countersign check [OPTIONS] FILE…"],
    [["decide", "-h"], "Usage: countersign decide --policy FILE [--policy FILE …] [OPTIONS] [CALLS.ndjson|-]"],
  ] as const) {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stderr, stdout.split("\n")[0]], [0, "", first]);
    assert.ok(stdout.split("\n").every((line) => line.length <= 120));
  }
});

test("--version is the package's", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  assert.deepEqual(await run(["--version"]), { code: 0, stdout: `countersign ${version}\n`, stderr: "" });
});

test("a directory as standard input is not taken for an empty file", async () => {
  for (const command of [["check"], ["decide", "--policy", "examples/policies/starter.yaml", "-"]]) {
    const directory = openSync(root, "r");
    const child = spawnSync(process.execPath, ["pkg/bin/countersign.js", ...command], {
      cwd: root,
      stdio: [directory, "pipe", "pipe"],
      encoding: "utf8",
    });
    closeSync(directory);
    assert.match(child.stderr, /cannot read `<stdin>`: it is a directory/);
    assert.equal(child.status, 2);
  }
});

test("a file's name cannot act on the terminal", async () => {
  const { stderr, code } = await run(["check", "\u001b[2Ja\u202Eb.yaml"]);
  assert.match(stderr, /`‹U\+001B›\[2Ja‹U\+202E›b\.yaml`/);
  assert.equal(code, 2);
});
