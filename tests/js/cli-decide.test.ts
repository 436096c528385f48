/** `countersign decide`, in real processes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { ended, feed, inFolder, read, run, start } from "./command.ts";
import { unwritten } from "./decisions.js";

const policy = `
rules:
  - { tool: file.read, action: allow }
  - { tool: "file.*", action: escalate, reason: Files change }
  - { tool: shell.execute, action: block }
`;
const team = "default: abstain\nrules:\n  - { tool: file.read, action: escalate }\n";
const files = { "p.yaml": policy, "team.yaml": team, "bad.yaml": "rules: 1\n" };

interface OutLine {
  readonly line: number;
  readonly action?: string;
  readonly rule?: string | null;
  readonly error?: { readonly code: string; readonly message: string };
}

function parse(stdout: string): readonly OutLine[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as OutLine);
}

/** Decides `input` with `args` in a folder with `files`. */
async function decide(args: readonly string[], input: string | Uint8Array) {
  const finished = { code: null as number | null, stderr: "", lines: [] as readonly OutLine[] };
  await inFolder(files, async (folder) => {
    const { code, stdout, stderr } = await run(["decide", ...args], input, folder);
    Object.assign(finished, { code, stderr, lines: parse(stdout) });
  });
  return finished;
}

const brief = ({ line, action, error }: OutLine) => [line, action ?? error?.code];

test("counts alone are those of the decisions", async () => {
  await inFolder(files, async (folder) => {
    const input = '{"tool":"file.read"}\n{"tool":"file.write"}\nnonsense\n{"tool":"shell.execute"}';
    const both = await run(["decide", "--policy", "p.yaml", "--summary"], input, folder);
    const alone = await run(["decide", "--policy", "p.yaml", "--summary-only"], input, folder);
    assert.match(alone.stdout, /^calls +3\nallow +1\nescalate +1\nblock +1\nerrors +1\n/);
    assert.deepEqual([alone.code, alone.stdout, alone.stderr], [both.code, both.stderr, ""]);
  });
});

test("every line is decided, in order, with everything that a decision says", async () => {
  const calls = '{"tool":"file.read"}\n{"tool":"file.write","args":{"path":"a"},"suite":"x"}\n{"tool":"other"}\n';
  const { code, stderr, lines } = await decide(["--policy", "p.yaml"], calls);
  assert.deepEqual([code, stderr], [0, ""]);
  const [first] = lines as readonly (OutLine & { policy: string })[];
  assert.match(first?.policy ?? "", /^sha256:[0-9a-f]{64}$/);
  const digest = first?.policy;
  assert.deepEqual(lines, [
    { line: 1, action: "allow", policy: digest, rule: "file.read", cause: "rule", reason: null, ...unwritten("allow") },
    {
      line: 2,
      action: "escalate",
      policy: digest,
      rule: "file.*",
      cause: "rule",
      reason: "Files change",
      ...unwritten("escalate"),
    },
    {
      line: 3,
      action: "escalate",
      policy: digest,
      rule: null,
      cause: "default",
      reason: null,
      ...unwritten("escalate"),
    },
  ]);
});

test("lines that are no calls give errors with their numbers, the others are still decided, and the end is red", async () => {
  const input = [
    '{"tool":"file.read"}\r',
    "",
    "not JSON",
    "{}",
    '{"tool":""}',
    '{"tool":7}',
    '["file.read"]',
    "null",
    '{"tool":"file.read","tool":"shell.execute"}',
    '{"tool":"file.read","args":{"__proto__":{"admin":true}}}',
    '{"tool":"file.read","args":[]}',
    '{"tool":"file.read"} {"tool":"file.read"}',
    `{"tool":"file.read","agent":${'{"a":'.repeat(200)}1${"}".repeat(200)}}`,
    '{"tool":"file.read","reason":"\\ud800"}',
    `{"tool":"file.read","args":{"nobody asks":[${"[".repeat(200)}${"]".repeat(200)},"\\ud800"]}}`,
    "  \t ",
    '{"tool":"__proto__"}',
    '{"tool":"constructor","args":{"toString":1}}',
    '{"tool":"shell.execute"}',
  ];
  const { code, stderr, lines } = await decide(["--policy", "p.yaml", "-"], input.join("\n"));
  assert.deepEqual([code, stderr], [1, ""]);
  assert.deepEqual(lines.map(brief), [
    [1, "allow"],
    [3, "not-json"],
    [4, "missing-tool"],
    [5, "missing-tool"],
    [6, "wrong-type"],
    [7, "not-an-object"],
    [8, "not-an-object"],
    [9, "duplicate-key"],
    [10, "forbidden-key"],
    [11, "wrong-type"],
    [12, "not-json"],
    [13, "allow"],
    [14, "not-json"],
    [15, "allow"],
    [17, "escalate"],
    [18, "escalate"],
    [19, "block"],
  ]);
});

test("a byte order mark, CRLF and a last line without an end are fine", async () => {
  const { code, lines } = await decide(
    ["--policy", "p.yaml"],
    '\ufeff{"tool":"file.read"}\r\n\r\n{"tool":"file.read"}',
  );
  assert.deepEqual(
    [code, lines.map(brief)],
    [
      0,
      [
        [1, "allow"],
        [3, "allow"],
      ],
    ],
  );
});

test("a binary file gives errors and nothing else", async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256);
  const { code, lines } = await decide(["--policy", "p.yaml"], bytes);
  assert.equal(code, 1);
  assert.ok(lines.length > 0 && lines.every(({ error }) => error));
});

test("an empty input has no decisions, and is no error", async () => {
  assert.deepEqual(await decide(["--policy", "p.yaml", "--summary"], ""), {
    code: 0,
    lines: [],
    stderr:
      "calls             0\nallow             0\nescalate          0\nblock             0\nerrors            0\n\n",
  });
});

test("--summary counts at the end, the output stays as it is", async () => {
  const calls = '{"tool":"file.read"}\n{"tool":"x"}\nbad\n{"tool":"file.read"}\n';
  const { code, stderr, lines } = await decide(["--summary", "--policy", "p.yaml"], calls);
  assert.deepEqual([code, lines.length], [1, 4]);
  const expected = [
    "calls             3",
    "allow             2",
    "escalate          1",
    "block             0",
    "errors            1",
    "",
    "allow             2  file.read",
    "escalate          1  (default)",
    "",
  ];
  assert.equal(stderr, expected.join("\n"));
});

test("of several policies the strictest decides, and the summary names the files", async () => {
  const args = ["--policy", "p.yaml", "--policy", "team.yaml", "--summary"];
  const { code, stderr, lines } = await decide(args, '{"tool":"file.read"}\n{"tool":"shell.execute"}\n');
  assert.deepEqual(
    [code, lines.map(brief)],
    [
      0,
      [
        [1, "escalate"],
        [2, "block"],
      ],
    ],
  );
  assert.match(stderr, /escalate +1 {2}file\.read {2}team\.yaml\n/);
  assert.match(stderr, /block +1 {2}shell\.execute {2}p\.yaml\n/);
});

test("a policy with errors decides nothing", async () => {
  const { code, stderr, lines } = await decide(
    ["--policy", "p.yaml", "--policy", "bad.yaml"],
    '{"tool":"file.read"}\n',
  );
  assert.deepEqual([code, lines], [1, []]);
  assert.match(stderr, /^error\[wrong-type\][\s\S]*--> bad\.yaml:1:8/);
});

test("missing files are all named, and nothing is decided", async () => {
  const policies = await decide(["--policy", "no.yaml", "--policy", "p.yaml", "--policy", "nope.yaml"], "{}\n");
  assert.deepEqual([policies.code, policies.lines], [2, []]);
  assert.match(policies.stderr, /`no\.yaml`: there is no such file\n[\s\S]*`nope\.yaml`: there is no such file\n$/);
  const calls = await decide(["--policy", "p.yaml", "no.ndjson"], "");
  assert.deepEqual([calls.code, calls.lines], [2, []]);
  assert.equal(calls.stderr, "error[unreadable]: cannot read `no.ndjson`: there is no such file\n");
});

test("the policy may come from standard input and the calls from a file", async () => {
  await inFolder({ "calls.ndjson": '{"tool":"file.read"}\n' }, async (folder) => {
    const { code, stdout } = await run(["decide", "--policy", "-", "calls.ndjson"], policy, folder);
    assert.deepEqual([code, parse(stdout).map(brief)], [0, [[1, "allow"]]]);
  });
});

test("when the reader goes away, as `head` does, the command ends quietly", async () => {
  await inFolder(files, async (folder) => {
    const child = start(["decide", "--policy", join(folder, "p.yaml")]);
    const stderr = read(child.stderr);
    const code = ended(child);
    child.stdout.once("data", () => child.stdout.destroy());
    await feed(child, endless());
    assert.deepEqual([await code, await stderr], [0, ""]);
  });
});

test("a pipe to `head` gives its lines and no complaint", async () => {
  await inFolder({ ...files, "calls.ndjson": '{"tool":"file.read"}\n'.repeat(100_000) }, async (folder) => {
    const launcher = new URL("../../pkg/bin/countersign.js", import.meta.url).pathname;
    const script = '"$0" "$1" decide --policy p.yaml calls.ndjson | head -n 2';
    const shell = spawn("sh", ["-c", script, process.execPath, launcher], { cwd: folder });
    const [stdout, stderr, code] = await Promise.all([read(shell.stdout), read(shell.stderr), ended(shell)]);
    assert.deepEqual(
      [code, stderr, parse(stdout).map(brief)],
      [
        0,
        "",
        [
          [1, "allow"],
          [2, "allow"],
        ],
      ],
    );
  });
});

test("200,000 lines are decided in order, without being held in memory", async () => {
  const linesAll = 200_000;
  await inFolder(files, async (folder) => {
    // Says at its end how much memory it had at most, in kB.
    const report =
      'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(2, "rss " + process.resourceUsage().maxRSS))';
    const nodeArgs = ["--import", `data:text/javascript,${encodeURIComponent(report)}`];
    const child = start(["decide", "--policy", join(folder, "p.yaml")], { nodeArgs });
    const [stderr, code] = [read(child.stderr), ended(child)];
    const fed = feed(child, calls(linesAll));
    let lines = 0;
    for await (const text of createInterface({ input: child.stdout })) {
      lines += 1;
      const { line, action, error } = JSON.parse(text) as OutLine;
      assert.equal(line, lines);
      assert.equal(action ?? error?.code, expectedOf(line));
    }
    await fed;
    assert.deepEqual([lines, await code], [linesAll, 1]);
    const megabytes = Number(/^rss (\d+)$/.exec(await stderr)?.[1]) / 1000;
    // The input alone has 120 MB; Node with the engine needs about 90.
    assert.ok(megabytes < 180, `${megabytes} MB`);
  });
});

/** One line in a thousand is no call. */
function expectedOf(line: number): string {
  if (line % 1000 === 0) return "not-json";
  return line % 3 === 0 ? "block" : "allow";
}

function* calls(count: number): Generator<string> {
  const padding = "x".repeat(560);
  for (let line = 1; line <= count; line += 1) {
    const tool = expectedOf(line) === "block" ? "shell.execute" : "file.read";
    const text = JSON.stringify({ tool, args: { line, padding } });
    yield line % 1000 === 0 ? `${text.slice(1)}\n` : `${text}\n`;
  }
}

function* endless(): Generator<string> {
  for (;;) yield '{"tool":"file.read"}\n'.repeat(100);
}

test("a line of 40 MB is an error, is not held in memory, and the next line is decided", async () => {
  await inFolder(files, async (folder) => {
    const child = start(["decide", "--policy", join(folder, "p.yaml")]);
    const [stdout, stderr, code] = [read(child.stdout), read(child.stderr), ended(child)];
    await feed(child, huge());
    assert.deepEqual([await code, await stderr], [1, ""]);
    assert.deepEqual(parse(await stdout).map(brief), [
      [1, "too-long"],
      [2, "allow"],
    ]);
  });
});

function* huge(): Generator<string> {
  for (let megabyte = 0; megabyte < 40; megabyte += 1) yield "x".repeat(1_000_000);
  yield '\n{"tool":"file.read"}\n';
}

test("--tools holds what does not fit the catalogue, and says so in the summary", async () => {
  const tools = '[{"name": "file.read", "inputSchema": {"properties": {"path": {"type": "string"}}}}]';
  const calls = '{"tool":"file.read","args":{"path":"a"}}\n{"tool":"file.read","args":{"path":7}}\n{"tool":"other"}\n';
  await inFolder(
    { "p.yaml": "rules: [{ tool: '*', action: allow }]", "t.json": tools, "bad.json": "7" },
    async (folder) => {
      const args = ["decide", "--policy", "p.yaml", "--policy", "p.yaml"];
      const { code, stdout, stderr } = await run([...args, "--tools", "t.json", "--summary"], calls, folder);
      const decisions = stdout.trim().split("\n");
      assert.deepEqual(
        decisions.map((line) => JSON.parse(line)).map(({ action, cause, policy }) => [action, cause, policy === null]),
        [
          ["allow", "rule", false],
          ["escalate", "misfit", true],
          ["escalate", "misfit", true],
        ],
      );
      assert.match(stderr, /escalate {10}2 {2}\(does not fit the tool catalogue\)\n/);
      assert.equal(code, 0);
      const bad = await run([...args, "--tools", "bad.json"], calls, folder);
      assert.deepEqual([bad.code, bad.stdout], [1, ""]);
      assert.match(bad.stderr, /error\[wrong-type\]/);
      const missing = await run([...args, "--tools", "nope.json"], calls, folder);
      assert.deepEqual([missing.code, missing.stdout], [2, ""]);
    },
  );
});
