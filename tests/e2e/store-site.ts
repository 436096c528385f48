/** Serves pages that have the IndexedDB store: `/` with `stores` of `store-page.ts`, `/contenders` with those of `contender-page.ts`. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface StoreSite {
  readonly address: string;
  close(): void;
}

const SCRIPTS = ["store-page", "contender-page"] as const;

function html(script: string): string {
  return `<!doctype html><link rel="icon" href="data:,"><script type="module" src="./${script}.js"></script>`;
}

/** The site on a free port of this machine, and so with an origin and databases of its own. */
export async function serveStores(): Promise<StoreSite> {
  const { outputFiles } = await build({
    entryPoints: SCRIPTS.map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir: "/",
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  const scripts = new Map(SCRIPTS.map((name, index) => [`/${name}.js`, outputFiles[index]?.text ?? ""]));
  const engine = readFileSync(fileURLToPath(import.meta.resolve("countersign/countersign_bg.wasm")));
  const server = createServer(({ url }, response) => {
    if (url === "/engine.wasm") {
      response.writeHead(200, { "content-type": "application/wasm" }).end(engine);
      return;
    }
    const script = scripts.get(url ?? "");
    response.writeHead(200, { "content-type": script === undefined ? "text/html" : "text/javascript" });
    response.end(script ?? html(url === "/contenders" ? "contender-page" : "store-page"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { address, close: () => void server.close() };
}
