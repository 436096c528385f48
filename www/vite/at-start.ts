/** What a script needs to begin, as one chunk: it is fetched and compressed as a whole. */

import type { Plugin } from "vite";

interface AtStart {
  /** Looks which modules those are. */
  readonly plugin: Plugin;
  /** Whether the module with this id is one of them. */
  test(id: string): boolean;
}

/** The module whose path ends with `entry`, all that it imports, and what that imports; not what is imported when needed. */
export function startingWith(entry: string): AtStart {
  const found = new Set<string>();
  return {
    plugin: {
      name: "countersign-at-start",
      buildEnd() {
        const open = [...this.getModuleIds()].filter((id) => id.endsWith(entry));
        for (let id = open.pop(); id !== undefined; id = open.pop()) {
          if (found.has(id)) continue;
          found.add(id);
          open.push(...(this.getModuleInfo(id)?.importedIds ?? []));
        }
      },
    },
    test: (id) => found.has(id),
  };
}
