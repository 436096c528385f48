import { readFileSync } from "node:fs";
import { defineConfig } from "vite";
import { BUILD_ID, buildId, oneBuild } from "./vite/one-build.ts";
import { oneGraph } from "./vite/one-graph.ts";

const headers = headersFile();

const graph = oneGraph();

export default defineConfig({
  // Relative addresses, so that the built app works from any folder of any host.
  base: "./",
  define: { [BUILD_ID]: JSON.stringify(buildId()) },
  plugins: [graph.plugin, oneBuild(headers)],
  build: {
    target: "es2023",
    // Preloading would need a polyfill and helper links; the app is one page and one worker.
    modulePreload: false,
    // Nothing is inlined as a data: address, which the content security policy refuses.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // What every page loads at once is one script: it is fetched and compressed as a whole.
        codeSplitting: { groups: graph.groups },
      },
    },
  },
  worker: { format: "es" },
  preview: { headers },
});

/** The headers of `public/_headers`, so that `vite preview` sends what a real host sends. */
function headersFile(): Record<string, string> {
  const lines = readFileSync(new URL("public/_headers", import.meta.url), "utf8").split("\n");
  const pairs = lines.filter((line) => line.startsWith("  ")).map((line) => line.trim().split(/:\s+(.*)/, 2));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));
}
