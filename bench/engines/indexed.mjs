/**
 * An engine that asks all rules, put behind a map by tool, as one would do by hand with many rules: it is loaded for
 * each tool with the rules of that tool only.
 */
import { rulesByTool } from "../by-tool.mjs";

/** Names that no rule writes have no end. */
const knownMax = 100_000;

/** @type {(engine: import("./index.mjs").Engine) => import("./index.mjs").Engine} */
export function indexed({ write, load, isAsync }) {
  return {
    isAsync,
    write: (rules) => JSON.stringify(rules),
    load: async (source) => {
      const rulesOf = rulesByTool(JSON.parse(source));
      const known = new Map();
      // The first decision about a tool is a promise, as loading is; each later one is what the engine's own is.
      const first = async (call) => {
        const decide = await load(write(rulesOf(call.tool)));
        if (known.size >= knownMax) known.clear();
        known.set(call.tool, decide);
        return decide(call);
      };
      return (call) => (known.get(call.tool) ?? first)(call);
    },
  };
}
