/** Serves a page that has the IndexedDB store: `/index.html` with `stores` of `store-page.ts`. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface StoreSite {
  readonly address: string;
  close(): void;
}

const HTML = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./store-page.js"></script>';

/** The site on a free port of this machine, and so with an origin and databases of its own. */
export async function serveStores(): Promise<StoreSite> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("store-page.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  const script = outputFiles[0]?.text ?? "";
  const engine = readFileSync(fileURLToPath(import.meta.resolve("countersign/countersign_bg.wasm")));
  const server = createServer(({ url }, response) => {
    if (url === "/engine.wasm") {
      response.writeHead(200, { "content-type": "application/wasm" }).end(engine);
      return;
    }
    const isScript = url === "/store-page.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : HTML);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { address, close: () => void server.close() };
}
