/** A plain host of static files as people have them: no headers of ours, any folder, and its files can be replaced. */

import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const www = fileURLToPath(new URL("../../www/", import.meta.url));

/** The built app. */
export const BUILT = join(www, "dist");

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export interface Host {
  /** Where the app is, with `/` at its end. */
  readonly address: string;
  readonly port: number;
  /** From now on `folder` is what it serves; `also` has the files whose paths it answers first. */
  deploy(folder: string, also?: Readonly<Record<string, string>>): void;
  /** Ends it, so that nothing answers any more. */
  close(): Promise<void>;
}

/** Serves `folder` below `path`, which begins and ends with `/`; at `port` if one is given. */
export async function hostFiles(folder: string, path = "/", port = 0): Promise<Host> {
  let now = { folder, also: {} as Readonly<Record<string, string>> };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://host");
    if (!pathname.startsWith(path)) return void notFound(response);
    const name = pathname.slice(path.length) || "index.html";
    answer(response, now.also[name] ?? join(now.folder, name));
  });
  const bound = await listen(server, port);
  return {
    address: `http://127.0.0.1:${bound}${path}`,
    port: bound,
    deploy(next, also = {}) {
      now = { folder: next, also };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function answer(response: ServerResponse, path: string): void {
  try {
    const bytes = readFileSync(path);
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(bytes);
  } catch {
    notFound(response);
  }
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not found</h1>");
}

/** Builds the app once more as another version, and answers the folder; it is made anew each time. */
export async function buildOther(id: string): Promise<string> {
  const { build } = await import("vite");
  const outDir = join(tmpdir(), `countersign-e2e-${process.pid}-${id}`);
  await build({
    root: www,
    configFile: join(www, "vite.config.ts"),
    logLevel: "error",
    define: { __COUNTERSIGN_BUILD__: JSON.stringify(id) },
    build: { outDir, emptyOutDir: true },
  });
  return outDir;
}
