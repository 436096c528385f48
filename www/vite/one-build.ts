/**
 * What makes a build one thing: an id that the page, its worker and its service worker carry, and the service worker itself,
 * which is told every file of the build with its digest.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const www = fileURLToPath(new URL("../", import.meta.url));

/** All that goes into a build, relative to `www`. */
const SOURCES = ["src", "public", "vite", "index.html", "vite.config.ts", "../pkg/dist", "../package-lock.json"];
/** Built from what is built here, or not for browsers. */
const NOT_SOURCES = /^\.\.\/pkg\/dist\/(app|cli)\//;

const SERVICE_WORKER = "service-worker.js";
/** Read by hosts, and not by the page. */
const NOT_KEPT = new Set([SERVICE_WORKER, "_headers"]);

/** The id of the build: a digest of all that goes into it, so that the same sources have the same id everywhere. */
export function buildId(): string {
  const digest = createHash("sha256");
  const paths = SOURCES.flatMap((source) => filesUnder(join(www, source))).map((path) => relativeTo(www, path));
  for (const path of paths.filter((each) => !NOT_SOURCES.test(each)).sort()) {
    const bytes = readFileSync(join(www, path));
    digest.update(`${path} ${bytes.length}\n`).update(bytes);
  }
  return digest.digest("hex").slice(0, 16);
}

/** The name by which scripts know the id; `define` of the configuration gives it its value. */
export const BUILD_ID = "__COUNTERSIGN_BUILD__";

/** Writes the id into the page, and builds the service worker once all other files are there. */
export function oneBuild(headers: Readonly<Record<string, string>>): Plugin {
  let outDir = "";
  let id = "";
  return {
    name: "countersign-one-build",
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
      id = JSON.parse(String(config.define?.[BUILD_ID])) as string;
    },
    transformIndexHtml: () => [{ tag: "meta", attrs: { name: "countersign-build", content: id }, injectTo: "head" }],
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        if (this.meta.watchMode) return;
        await buildServiceWorker(outDir, { id, files: digests(outDir), headers });
      },
    },
  };
}

interface Build {
  readonly id: string;
  /** By the path of a file, its digest as `integrity` of a request takes it. */
  readonly files: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

async function buildServiceWorker(outDir: string, built: Build): Promise<void> {
  await build({
    configFile: false,
    root: www,
    logLevel: "warn",
    define: { __COUNTERSIGN_FILES__: JSON.stringify(built) },
    build: {
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      target: "es2023",
      lib: { entry: join(www, "src/offline/service-worker.ts"), formats: ["es"], fileName: () => SERVICE_WORKER },
    },
  });
}

function digests(folder: string): Readonly<Record<string, string>> {
  const names = filesUnder(folder).map((path) => relativeTo(folder, path));
  const kept = names.filter((name) => !NOT_KEPT.has(name)).sort();
  return Object.fromEntries(kept.map((name) => [name, integrityOf(readFileSync(join(folder, name)))]));
}

function integrityOf(bytes: Uint8Array): string {
  return `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
}

function filesUnder(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((item) =>
      item.isDirectory() ? filesUnder(join(path, item.name)) : [join(path, item.name)],
    );
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOTDIR") return [path];
    throw error;
  }
}

function relativeTo(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}
