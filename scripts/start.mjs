/**
 * `npm start`: sets up, builds, and serves the built app on this machine only.
 *
 * `npm start -- --open` opens the demonstration in the browser of this desktop, where there is one.
 */
import { join } from "node:path";
import { build } from "./build.mjs";
import { Problem, program, root, say } from "./run.mjs";
import { setup } from "./setup.mjs";

const wantedPort = 4173;
const demo = "?demo";

/** Whether the arguments ask for a browser; anything else in them is a mistake. */
function wantsBrowser(args) {
  const unknown = args.find((arg) => arg !== "--open");
  if (unknown !== undefined) throw new Problem(`npm start knows no ${unknown}, only \`-- --open\``);
  return args.length > 0;
}

async function serve(isOpened) {
  const { preview } = await import("vite");
  const server = await preview({
    root: join(root, "www"),
    logLevel: "warn",
    preview: { host: "127.0.0.1", port: wantedPort, strictPort: false, open: isOpened && `/${demo}` },
  });
  const { port } = server.httpServer.address();
  if (port !== wantedPort) say(`port ${wantedPort} is taken, so this is another one`);
  const address = `http://127.0.0.1:${port}/`;
  say(`Countersign is at ${address}${demo}`);
  say(`That is the demonstration; without ${demo} it is the app itself. Ctrl+C ends it.`);
}

await program(async () => {
  const isOpened = wantsBrowser(process.argv.slice(2));
  await setup();
  await build();
  await serve(isOpened);
});
