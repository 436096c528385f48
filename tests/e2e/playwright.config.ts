/** Browser tests of the built app, in a real Chromium. */

import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

const root = fileURLToPath(new URL("../../", import.meta.url));

// The workers read this file too, and inherit the environment: one port for all.
process.env.COUNTERSIGN_E2E_PORT ??= String(await freePort());
const port = process.env.COUNTERSIGN_E2E_PORT;
const address = `http://127.0.0.1:${port}/`;

export default defineConfig({
  testDir: ".",
  testMatch: "*.test.ts",
  outputDir: `${root}tests/artifacts/e2e/failures`,
  reporter: "list",
  timeout: 60_000,
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  use: {
    baseURL: address,
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1280, height: 900 },
    screenshot: "only-on-failure",
    // Else every test would fetch the app twice, and requests that a test changes would not leave the browser.
    serviceWorkers: "block",
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
