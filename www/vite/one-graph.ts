/** Page and worker are built as one graph, so that what both need is one file, fetched once. */

import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const PAGE = fileURLToPath(new URL("../src/start.ts", import.meta.url));
const WORKER = fileURLToPath(new URL("../src/engine/worker.ts", import.meta.url));

const WORKER_ADDRESS = "\0countersign-worker-address";
const PRELOAD_HELPER = "\0vite/preload-helper.js";

interface OneGraph {
  readonly plugin: Plugin;
  /** Scripts that are fetched and compressed as a whole: what the page needs to begin, what the worker does, and what both have. */
  readonly groups: { readonly name: string; readonly test: (id: string) => boolean }[];
}

export function oneGraph(): OneGraph {
  let pageAtStart: ReadonlySet<string> = new Set();
  let pageEver: ReadonlySet<string> = new Set();
  let workerAtStart: ReadonlySet<string> = new Set();
  let script = "";
  return {
    groups: [
      // Whatever part of the page it is: none may have to fetch the engine.
      { name: "both", test: (id) => workerAtStart.has(id) && pageEver.has(id) },
      { name: "start", test: (id) => pageAtStart.has(id) },
      { name: "engine", test: (id) => workerAtStart.has(id) },
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
      buildEnd(error) {
        if (error !== undefined) return;
        const imported = (id: string) => this.getModuleInfo(id)?.importedIds ?? [];
        const importedEver = (id: string) => [
          ...imported(id),
          ...(this.getModuleInfo(id)?.dynamicallyImportedIds ?? []),
        ];
        pageAtStart = reached(PAGE, imported);
        pageEver = reached(PAGE, importedEver);
        workerAtStart = reached(WORKER, imported);
        const engine = [...pageEver].find((id) => id.includes("/pkg/dist/"));
        if (engine !== undefined) this.error(`the page imports ${engine}, which only the worker may`);
      },
    },
  };
}

/** The module `entry`, what it leads to, and what that leads to. */
function reached(entry: string, next: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [entry];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...next(id));
  }
  return found;
}
