/** `npm start`: sets up, builds, and serves the built app on this machine only. */
import { join } from "node:path";
import { build } from "./build.mjs";
import { program, root, say } from "./run.mjs";
import { setup } from "./setup.mjs";

const wantedPort = 4173;

async function serve() {
  const { preview } = await import("vite");
  const server = await preview({
    root: join(root, "www"),
    logLevel: "warn",
    preview: { host: "127.0.0.1", port: wantedPort, strictPort: false, open: false },
  });
  const { port } = server.httpServer.address();
  if (port !== wantedPort) say(`port ${wantedPort} is taken, so this is another one`);
  say(`Countersign is at http://127.0.0.1:${port}/  (Ctrl+C ends it)`);
}

await program(async () => {
  await setup();
  await build();
  await serve();
});
