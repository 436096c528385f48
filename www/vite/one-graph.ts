/** Page and worker are built as one graph, so that what both need is one file, fetched once. */

import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const PAGE = fileURLToPath(new URL("../src/start.ts", import.meta.url));
const WORKER = fileURLToPath(new URL("../src/engine/worker.ts", import.meta.url));

const WORKER_ADDRESS = "\0countersign-worker-address";
const PRELOAD_HELPER = "\0vite/preload-helper.js";

interface OneGraph {
  readonly plugin: Plugin;
  /** What page and worker need to begin, each as one script: it is fetched and compressed as a whole. */
  readonly groups: readonly { readonly name: string; readonly test: (id: string) => boolean }[];
}

export function oneGraph(): OneGraph {
  const page = new Set<string>();
  const worker = new Set<string>();
  let script = "";
  return {
    groups: [
      { name: "both", test: (id) => page.has(id) && worker.has(id) },
      { name: "start", test: (id) => page.has(id) },
    ],
    plugin: {
      name: "countersign-one-graph",
      apply: "build",
      enforce: "pre",
      buildStart() {
        script = this.emitFile({ type: "chunk", id: WORKER, name: "worker" });
      },
      // Vite would build the worker by itself.
      resolveId: (source) => (source.endsWith("/worker.ts?worker&url") ? WORKER_ADDRESS : undefined),
      load(id) {
        if (id === WORKER_ADDRESS) return `export default import.meta.ROLLUP_FILE_URL_${script};`;
        // There is one style sheet and nothing to load before a script; and what Vite has for that needs a document.
        if (id === PRELOAD_HELPER) return "export const __vitePreload = (load) => load();";
        return undefined;
      },
      buildEnd() {
        for (const [entry, found] of [
          [PAGE, page],
          [WORKER, worker],
        ] as const) {
          const open = [entry];
          for (let id = open.pop(); id !== undefined; id = open.pop()) {
            if (found.has(id)) continue;
            found.add(id);
            open.push(...(this.getModuleInfo(id)?.importedIds ?? []));
          }
        }
      },
    },
  };
}
