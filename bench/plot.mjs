/** The cost of a decision against the number of rules, as SVG that is legible on light and on dark ground. */
import { time } from "./tables.mjs";

const size = { width: 860, height: 480 };
/** Room for labels on the right of the lines. */
const box = { left: 64, right: 664, top: 24, bottom: 430 };
const labelHeight = 17;

/** For light and for dark ground, by engine. */
const colours = {
  countersign: ["#0b5fd3", "#6cb0ff"],
  handwritten: ["#1a7f37", "#4ac26b"],
  "handwritten-careful": ["#4d7c0f", "#a3e635"],
  "map.get": ["#6e7781", "#9198a1"],
  "cel-js": ["#9a6700", "#d4a72c"],
  cedar: ["#8250df", "#c297ff"],
  casbin: ["#bc4c00", "#f0883e"],
  "json-rules-engine": ["#bf3989", "#ff80c8"],
  "agent-governance": ["#cf222e", "#ff8182"],
};

/** @returns {string} */
export function plot({ sizes, engines }) {
  const lines = engines.flatMap(({ name }) => {
    const points = sizes.flatMap(({ rules, engines: of }) => {
      const ns = of[name]?.all?.median;
      return ns === undefined ? [] : [{ rules, ns }];
    });
    return points.length > 0 ? [{ name, points }] : [];
  });
  const all = lines.flatMap(({ points }) => points);
  const x = scale(
    all.map(({ rules }) => rules),
    box.left,
    box.right,
  );
  const y = scale(
    all.map(({ ns }) => ns),
    box.bottom,
    box.top,
  );
  const title = "Cost of a decision against the number of rules";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<style>${style(lines)}</style>`,
    ...y.ticks.map((ns) => horizontal(y.of(ns), time(ns))),
    ...x.ticks.map((rules) => vertical(x.of(rules), `${rules.toLocaleString("en")}`)),
    `<text class="note" x="${(box.left + box.right) / 2}" y="${size.height - 10}" text-anchor="middle">rules</text>`,
    ...lines.map(({ name, points }) =>
      drawn(
        name,
        points.map(({ rules, ns }) => [x.of(rules), y.of(ns)]),
      ),
    ),
    ...labels(lines, x, y),
    "</svg>",
    "",
  ].join("\n");
}

/** A logarithmic scale over whole powers of ten around `figures`. */
function scale(figures, from, to) {
  const low = Math.floor(Math.log10(Math.min(...figures)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...figures)) - 1e-9));
  const of = (figure) => round(from + ((Math.log10(figure) - low) / (high - low)) * (to - from));
  return { of, ticks: Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)) };
}

function round(figure) {
  return Math.round(figure * 10) / 10;
}

function className(name) {
  return name.replace(/\W/g, "-");
}

function style(lines) {
  const rules = (at) =>
    lines
      .map(({ name }) => {
        const colour = (colours[name.replace(/-by-tool$/, "")] ?? ["#57606a", "#8b949e"])[at];
        return `.${className(name)}{stroke:${colour};fill:${colour}}`;
      })
      .join("");
  const base =
    "text{font:13px system-ui,sans-serif;stroke:none}path{fill:none!important;stroke-width:1.75;stroke-linejoin:round}path.countersign{stroke-width:3.5}path[class$=by-tool]{stroke-dasharray:5 4}";
  const light = ".note{fill:#57606a}.grid{stroke:#d0d7de}";
  const dark = ".note{fill:#9198a1}.grid{stroke:#3d444d}";
  return `${base}text.countersign{font-weight:600}${light}${rules(0)}@media(prefers-color-scheme:dark){${dark}${rules(1)}}text{stroke:none!important}`;
}

function horizontal(y, text) {
  return `<line class="grid" x1="${box.left}" x2="${box.right}" y1="${y}" y2="${y}"/><text class="note" x="${box.left - 8}" y="${round(y + 4)}" text-anchor="end">${text}</text>`;
}

function vertical(x, text) {
  return `<line class="grid" x1="${x}" x2="${x}" y1="${box.top}" y2="${box.bottom}"/><text class="note" x="${x}" y="${box.bottom + 20}" text-anchor="middle">${text}</text>`;
}

function drawn(name, points) {
  const dots = points.map(([x, y]) => `<circle class="${className(name)}" cx="${x}" cy="${y}" r="3"/>`).join("");
  return `<path class="${className(name)}" d="M${points.map(([x, y]) => `${x} ${y}`).join("L")}"/>${dots}`;
}

/** Names at the ends of the lines, moved apart where they would overlap. */
function labels(lines, x, y) {
  const ends = lines.map(({ name, points }) => ({
    name,
    x: x.of(points.at(-1).rules) + 9,
    y: y.of(points.at(-1).ns) + 4,
  }));
  const columns = new Map();
  for (const end of ends.sort((a, b) => a.y - b.y)) {
    const above = columns.get(end.x);
    if (above !== undefined && end.y < above + labelHeight) end.y = above + labelHeight;
    columns.set(end.x, end.y);
  }
  return ends.map((end) => `<text class="${className(end.name)}" x="${end.x}" y="${round(end.y)}">${end.name}</text>`);
}
