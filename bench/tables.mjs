/** The results as tables, in Markdown that can be read on a terminal too. */

/** All tables with their headings, for a terminal. */
export function terminalTables(results) {
  return sections(results)
    .map(({ heading, text }) => `${heading}\n\n${text}`)
    .join("\n\n");
}

/** All tables with their headings, as Markdown under headings of level 3. */
export function markdownTables(results) {
  return sections(results)
    .map(({ heading, text }) => `### ${heading}\n\n${text}`)
    .join("\n\n");
}

/** How much slower than by hand, at the sizes that most policies have: for the README. */
export function ratioTable({ sizes, engines }) {
  const shown = sizes.filter(({ rules }) => rules === 100 || rules === 1_000);
  return table(
    ["", ...shown.map(sizeHeading)],
    engines.map(({ name }) => [name, ...shown.map((size) => cost(size.engines[name]))]),
  );
}

function sections(results) {
  const { sizes, engines, memory, replay, cold } = results;
  const headings = ["", ...sizes.map(sizeHeading)];
  const bySize = (names, cell) =>
    table(
      headings,
      names.map((name) => [name, ...sizes.map((size) => cell(size.engines[name]))]),
    );
  const names = engines.map(({ name }) => name);
  const made = [
    { heading: "Cost of a decision", text: [bySize(names, cost), notes(results)].filter(Boolean).join("\n\n") },
    {
      heading: "Decisions that depend on the tool alone",
      text: bySize(
        names.filter((name) => sizes.some((size) => size.engines[name]?.toolAlone)),
        (figures) => cost(figures, "toolAlone"),
      ),
    },
    {
      heading: "First decision about a tool",
      text: bySize(
        // Those that keep something of each tool.
        engines
          .filter(({ name, isByTool }) => isByTool || name === "handwritten" || name === "countersign")
          .map(({ name }) => name),
        (figures) => (figures?.firstOfToolMs === undefined ? "–" : time(figures.firstOfToolMs * 1e6)),
      ),
    },
    { heading: "4 KB more in the call, which no rule reads", text: bodies(results) },
    {
      heading: "Loading a policy",
      text: bySize(
        engines.filter(({ name, isByTool }) => name !== "map.get" && !isByTool).map(({ name }) => name),
        (figures) => (figures ? time(figures.loadMs * 1e6) : "–"),
      ),
    },
    { heading: `Garbage of a decision, ${memory.rules} rules`, text: garbage(memory) },
    { heading: `From the start of a process to its first decision, ${cold.rules} rules`, text: coldTable(cold) },
  ];
  if (replay) made.push({ heading: `Replaying recorded calls, ${replay.rules} rules`, text: replays(replay) });
  return made.filter(({ text }) => text !== "");
}

function sizeHeading({ rules }) {
  return `${count(rules)} rules`;
}

/** `8.1 µs, 115 ×`: the median, and its ratio to what is written by hand. */
function cost(figures, key = "all") {
  const timed = figures?.[key];
  if (!timed) return "–";
  return timed.ratio === undefined ? time(timed.median) : `${time(timed.median)}, ${times(timed.ratio)}`;
}

function notes({ sizes, engines, rounds, callCount }) {
  const said = [];
  const timed = sizes.flatMap((size) => Object.values(size.engines).flatMap(({ all }) => (all ? [all] : [])));
  const spreads = timed.map(({ median, low, high }) => Math.round(((high - low) / median) * 100)).sort((a, b) => a - b);
  if (rounds > 1) {
    said.push(
      `The highest of ${rounds} rounds lies above the lowest by ${spreads[spreads.length >> 1]} % of the median for the middle one of all figures, and by ${spreads.at(-1)} % at most.`,
    );
  }
  const compared = [];
  for (const { name } of engines) {
    for (const size of sizes) {
      const { leftOut, checked } = size.engines[name] ?? {};
      if (leftOut) said.push(`\`${name}\` is left out from ${sizeHeading(size)} on: there ${leftOut}.`);
      else if (checked < size.calls) compared.push(`${count(checked)} of \`${name}\` with ${sizeHeading(size)}`);
    }
  }
  if (compared.length > 0) {
    said.push(`Of slow engines fewer than ${count(callCount)} decisions were compared: ${compared.join(", ")}.`);
  }
  return said.join("\n");
}

function count(figure) {
  return figure.toLocaleString("en");
}

function bodies({ sizes, engines }) {
  const size = sizes.find(({ engines: of }) => Object.values(of).some(({ body }) => body));
  if (!size) return "";
  const rows = engines.flatMap(({ name }) => {
    const body = size.engines[name]?.body;
    if (!body) return [];
    return [[name, time(body.without.median), time(body.with.median), times(body.with.ratio)]];
  });
  return table([sizeHeading(size), "without", "with", "ratio"], rows);
}

function garbage({ bytesPerDecision }) {
  return table(
    ["", "bytes"],
    Object.entries(bytesPerDecision).map(([name, bytes]) => [name, count(bytes)]),
  );
}

function coldTable({ engines }) {
  const rows = Object.entries(engines).map(([name, { firstMs, addedMs, addedUntilEndMs }]) => {
    const [first, more, end] = [firstMs.median, addedMs, addedUntilEndMs].map((ms) =>
      ms === undefined ? "" : time(ms * 1e6),
    );
    return [name, first, more, end];
  });
  return table(["", "first decision after", "more than bare", "more until its end"], rows);
}

function replays({ callsPerSecond, calls, bytes }) {
  const rows = Object.entries(callsPerSecond).map(([name, { median }]) => {
    const megabytes = ((median / calls) * bytes) / 1e6;
    return [name, count(Math.round(median / 100) * 100), `${Math.round(megabytes)} MB/s`];
  });
  return table(["", "calls a second", "input"], rows);
}

/** A duration given in nanoseconds, to two or three digits. */
export function time(ns) {
  const units = [
    [1e9, "s"],
    [1e6, "ms"],
    [1e3, "µs"],
  ];
  const [size, unit] = units.find(([least]) => Math.abs(ns) >= least * 0.9995) ?? [1, "ns"];
  return `${short(ns / size)} ${unit}`;
}

function times(ratio) {
  return `${short(ratio)} ×`;
}

function short(figure) {
  if (figure >= 100) return count(Math.round(figure));
  return String(Number(figure.toPrecision(2)));
}

/** A table of Markdown with its columns in line: text to the left, figures to the right. */
function table(head, rows) {
  if (rows.length === 0) return "";
  const widths = head.map((cell, at) => Math.max(3, cell.length, ...rows.map((row) => row[at].length)));
  const line = (row) =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(" | ")} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
