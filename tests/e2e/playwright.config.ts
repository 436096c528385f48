/** Browser tests of the built app: in a real Chromium, and the way of a call in a real Firefox where there is one. */

import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

const root = fileURLToPath(new URL("../../", import.meta.url));

// The workers read this file too, and inherit the environment: one port for all.
process.env.COUNTERSIGN_E2E_PORT ??= String(await freePort());
const port = process.env.COUNTERSIGN_E2E_PORT;
const address = `http://127.0.0.1:${port}/`;

const IN_FIREFOX = "firefox.test.ts";
const firefox = findFirefox();
// The workers read this file too.
if (process.env.TEST_WORKER_INDEX === undefined) {
  const where =
    firefox ?? "not found, so nothing is tried in it: name one in FIREFOX_PATH (Debian: `apt-get install firefox-esr`)";
  process.stdout.write(`Firefox: ${where}\n`);
}

export default defineConfig({
  testDir: ".",
  testMatch: "*.test.ts",
  outputDir: `${root}tests/artifacts/e2e/failures`,
  reporter: "list",
  timeout: 60_000,
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  // A busy machine can keep a page from its turn. The closing lines name each test that needed this as flaky: mend it.
  retries: 1,
  use: {
    baseURL: address,
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1280, height: 900 },
    screenshot: "only-on-failure",
    // Else every test would fetch the app twice, and requests that a test changes would not leave the browser.
    serviceWorkers: "block",
  },
  projects: [
    {
      name: "chromium",
      testIgnore: IN_FIREFOX,
      use: {
        launchOptions: {
          executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
          args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
          ],
        },
      },
    },
    // An ordinary Firefox, by WebDriver BiDi.
    ...(firefox === null
      ? []
      : [
          {
            name: "firefox",
            testMatch: IN_FIREFOX,
            use: {
              browserName: "firefox" as const,
              channel: "moz-firefox",
              // It would write a style into the page, which the content security policy refuses.
              screenshot: "off" as const,
              launchOptions: { executablePath: firefox },
            },
          },
        ]),
  ],
  webServer: {
    command: `npm run preview --workspace www -- --host 127.0.0.1 --port ${port} --strictPort`,
    cwd: root,
    url: address,
    reuseExistingServer: false,
  },
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const bound = server.address();
      server.close(() => (bound !== null && typeof bound === "object" ? resolve(bound.port) : reject()));
    });
  });
}

/** An ordinary Firefox of this machine: FIREFOX_PATH, or one on PATH, or where macOS has it. */
function findFirefox(): string | null {
  const named = process.env.FIREFOX_PATH;
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`FIREFOX_PATH is ${named}, and there is nothing`);
  }
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const paths = folders.flatMap((folder) => ["firefox", "firefox-esr"].map((name) => join(folder, name)));
  return [...paths, "/Applications/Firefox.app/Contents/MacOS/firefox"].find((path) => existsSync(path)) ?? null;
}
