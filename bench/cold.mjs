/**
 * Cold start: how much later a fresh process of Node has loaded an engine and a policy and decided one call than one
 * that does nothing has begun, and how much later it has ended.
 *
 * As a program, `node cold.mjs ENGINE FILE`, it is that process; FILE has what the engine loads, and a call.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);

if (process.argv[1] === self) {
  const [, , name, file] = process.argv;
  // Not through the list of engines: a program that uses one knows which.
  const { load } = await import(`./engines/${name}.mjs`);
  const { source, call } = JSON.parse(readFileSync(file, "utf8"));
  const decide = await load(source);
  await decide(call);
  process.stdout.write(String(now()));
}

/** Milliseconds by the clock, which processes share. */
function now() {
  return performance.timeOrigin + performance.now();
}

const bareName = "bare process";
const sayNow = "process.stdout.write(String(performance.timeOrigin + performance.now()))";

/** Milliseconds by engine, and of the bare process, each the middle of `times` interleaved runs. */
export async function coldStarts(names, { rules: ruleCount, seed, times }) {
  const [{ makeWorkload }, { summary }] = await Promise.all([import("./workload.mjs"), import("./timing.mjs")]);
  const { rules, calls } = makeWorkload({ rules: ruleCount, calls: 1, seed });
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  try {
    const programs = [{ name: bareName, args: ["--eval", sayNow] }];
    for (const name of names) {
      const { write } = await import(`./engines/${name}.mjs`);
      const file = join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify({ source: await write(rules), call: calls[0] }));
      programs.push({ name, args: [self, name, file] });
    }
    const runs = new Map(programs.map(({ name }) => [name, { first: [], end: [] }]));
    for (let time = 0; time < times; time += 1) {
      for (const { name, args } of programs) {
        const startMs = now();
        const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
        if (status !== 0) throw new Error(`${name}: ${stderr}`);
        runs.get(name).end.push(now() - startMs);
        runs.get(name).first.push(Number(stdout) - startMs);
      }
    }
    const engines = Object.fromEntries(
      [...runs].map(([name, { first, end }]) => [name, { firstMs: summary(first), endMs: summary(end) }]),
    );
    const bare = engines[bareName];
    for (const name of names) {
      const { firstMs, endMs } = engines[name];
      engines[name].addedMs = Number((firstMs.median - bare.firstMs.median).toPrecision(3));
      engines[name].addedUntilEndMs = Number((endMs.median - bare.endMs.median).toPrecision(3));
    }
    return { rules: ruleCount, times, engines };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
