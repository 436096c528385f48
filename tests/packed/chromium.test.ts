/** The packed package in Chromium: built by Vite under a strict content security policy, and without any build. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { build } from "vite";
import { setUpBrowser } from "../../scripts/browser.mjs";
import { expected, installPacked } from "./project.ts";

const project = await installPacked();
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves a folder on a free port of this machine and gives its address. */
async function serve(folder: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const body = await readFile(join(folder, pathname)).catch(() => null);
    const type = types[extname(pathname)] ?? "application/octet-stream";
    response.writeHead(body === null ? 404 : 200, { "content-type": type, ...headers }).end(body);
  });
  after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the page at `address` decided; it writes that as JSON into its title. */
async function decidedBy(address: string): Promise<unknown> {
  const browser = await chromium.launch({ executablePath: await setUpBrowser() });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => problems.push(message.text()));
    await page.goto(address);
    // Asked for from here: a condition that is polled in the page would be evaluated there, which the policy forbids.
    let title = "";
    for (const endMs = Date.now() + 10_000; title === "" && Date.now() < endMs; title = await page.title()) {
      await page.waitForTimeout(50);
    }
    assert.deepEqual(problems, []);
    return JSON.parse(title);
  } finally {
    await browser.close();
  }
}

project.write(
  "main.js",
  'import { decideAll } from "./decide.js"; document.title = JSON.stringify(await decideAll());',
);

test("Chromium decides with the packed package, bundled by Vite, under a strict content security policy", async () => {
  project.write("index.html", '<link rel="icon" href="data:,"><script type="module" src="./main.js"></script>');
  const outDir = join(project.folder, "out");
  await build({
    root: project.folder,
    configFile: false,
    logLevel: "error",
    build: { outDir, target: "es2022", assetsInlineLimit: 0, modulePreload: false },
  });
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:";
  const address = await serve(outDir, { "content-security-policy": policy });
  assert.deepEqual(await decidedBy(`${address}/index.html`), await expected());
});

test("Chromium decides with the packed package as it is, without a bundler", async () => {
  const imports = { countersign: "./node_modules/countersign/dist/load/web.js" };
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  project.write("plain.html", `<link rel="icon" href="data:,">${map}<script type="module" src="./main.js"></script>`);
  const address = await serve(project.folder, {});
  assert.deepEqual(await decidedBy(`${address}/plain.html`), await expected());
});
