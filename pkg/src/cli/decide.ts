/** `countersign decide`: what would these policies say to these calls? */
import { parseArgs } from "node:util";
import { nowMs } from "../env.js";
import type { Policy, Simulation } from "../policy.js";
import type { Counts, Digest } from "../types.js";
import { type Input, openInput } from "./input.js";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import { INPUT_OPTIONS, inputsOf, loadPolicies } from "./load.js";
import type { Output } from "./output.js";
import { EXIT_FOUND, EXIT_OK } from "./problem.js";
import { progressOf } from "./progress.js";

/** What `countersign decide --help` prints. */
export const DECIDE_HELP = `Usage: countersign decide --policy FILE [--policy FILE …] [OPTIONS] [CALLS.ndjson|-]

Decides recorded calls, one JSON object a line:
  {"tool": "file.read", "args": {"path": "/srv/a"}, "agent": …, "user": …, "session": …, "context": …, "confidence": …}
Other keys are ignored. \`-\`, or no file, is standard input.
Prints one JSON object a line, in the order of the calls:
  {"line":1,"action":"allow","policy":"sha256:…","rule":"file.read","cause":"rule","reason":null,…}
  {"line":2,"error":{"code":"…","message":"…"}} for a line that is no call; the others are still decided

Options:
  --policy FILE      the policy; of several the strictest decision wins
  --tools TOOLS      a tool catalogue, such as MCP's tools/list answers: no call is allowed that does not fit it
  --summary          print counts to standard error at the end
  --summary-only     print counts alone, to standard output: faster than a line for each call
${LIMIT_HELP}  --help             print this

Exit status: 0 all lines were decided, 1 a line or a policy has an error, 2 wrong usage or a file that cannot be read.
`;

/** Runs the command and returns its exit status. */
export async function decide(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...INPUT_OPTIONS,
      summary: { type: "boolean" },
      "summary-only": { type: "boolean" },
      help: { type: "boolean", short: "h" },
      ...LIMIT_OPTIONS,
    },
  });
  if (values.help) {
    await output.write(DECIDE_HELP);
    return EXIT_OK;
  }
  const { tools } = values;
  const calls = inputsOf("decide", "CALLS", positionals, values.policy, tools);
  const policy = await loadPolicies(values.policy, tools, limitsFrom(values, "decide"));
  if (typeof policy === "number") return policy;
  const simulation = policy.simulation();
  const input = await openInput(calls);
  if (values["summary-only"]) {
    await countCalls(simulation, input);
    await output.write(summaryOf(simulation.counts, policy, values.policy));
  } else {
    await decideCalls(simulation, input, output);
  }
  const { counts } = simulation;
  if (values.summary) process.stderr.write(summaryOf(counts, policy, values.policy));
  return counts.errors > 0 ? EXIT_FOUND : EXIT_OK;
}

async function decideCalls(simulation: Simulation, input: Input, output: Output): Promise<void> {
  const progress = progressOf(input, nowMs);
  try {
    await pump(simulation, input, output, (bytes) => progress.advance(bytes, () => simulation.counts));
  } finally {
    progress.end();
  }
}

async function countCalls(simulation: Simulation, input: Input): Promise<void> {
  const progress = progressOf(input, nowMs);
  try {
    for await (const chunk of input.chunks) {
      simulation.count(chunk);
      progress.advance(chunk.byteLength, () => simulation.counts);
    }
    simulation.finishCount();
  } finally {
    progress.end();
  }
}

/** Holds one chunk and its results at a time. Ends early when nobody reads the results any more. */
async function pump(
  simulation: Simulation,
  input: Input,
  output: Output,
  advance: (bytes: number) => void,
): Promise<void> {
  for await (const chunk of input.chunks) {
    if (!(await output.write(simulation.pushNdjson(chunk)))) return;
    advance(chunk.byteLength);
  }
  await output.write(simulation.finishNdjson());
}

function summaryOf(counts: Counts, { policies }: Policy, files: readonly string[]): string {
  const totals = (["calls", "allow", "escalate", "block", "errors"] as const).map(
    (name) => `${name.padEnd(8)} ${String(counts[name]).padStart(10)}\n`,
  );
  const fileOf = (digest: Digest | null) => {
    const source = policies.find((policy) => policy.digest === digest)?.source;
    return source === undefined ? "(all abstained)" : files[source];
  };
  const rules = counts.rules.map(({ policy, rule, action, misfit, calls }) => {
    const from = files.length > 1 && !misfit ? `  ${fileOf(policy)}` : "";
    const what = misfit ? "(does not fit the tool catalogue)" : (rule ?? "(default)");
    return `${action.padEnd(8)} ${String(calls).padStart(10)}  ${what}${from}\n`;
  });
  return [...totals, "\n", ...rules].join("");
}
