/** `countersign review --store FILE`: serves the app until Ctrl-C. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Store } from "../../stores/store.js";
import type { Output } from "../output.js";
import { EXIT_OK, Problem, visible } from "../problem.js";
import { type ReviewServer, type ReviewServerOptions, startReviewServer } from "./server.js";

/** Where it stands unless somebody says otherwise, or something stands there already. */
const PORT = 4174;

/** How it is served. */
export interface ServeOptions extends Omit<ReviewServerOptions, "name" | "store"> {
  readonly file: string;
  readonly port: number | undefined;
  readonly opens: boolean;
}

/** Serves `store` and answers the exit status once somebody ends it. */
export async function serve(store: Store, options: ServeOptions, output: Output): Promise<number> {
  const { file, as, policy, policies, opens } = options;
  // What is no store should fail here, and not on the page.
  await store.head();
  const opened = (next: string) => void output.write(`It was opened. For another tab or browser:\n\n  ${next}\n\n`);
  const server = await started({ store, name: basename(file), as, policy, policies, opened }, options.port);
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  await output.write(
    `Serving the calls held in ${visible(file)}, ${as === null ? "for reviewers without a name" : `as ${visible(as)}`}.\n` +
      `Open this address; it works once, in one browser tab:\n\n  ${server.address}\n\n` +
      "Whoever can write to that file can approve too, an agent under your account included.\n" +
      "Ctrl-C ends it.\n",
  );
  const forget = opens && process.stdout.isTTY ? openBrowser(server.address) : () => undefined;
  await ended;
  forget();
  await server.close();
  await output.write("\nEnded.\n");
  return EXIT_OK;
}

async function started(options: ReviewServerOptions, port: number | undefined): Promise<ReviewServer> {
  try {
    return await startReviewServer(options, port ?? PORT);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "EADDRINUSE" && port === undefined) return startReviewServer(options, 0);
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const why = code === "EADDRINUSE" ? "something else stands there" : "permission denied";
    throw new Problem("usage", `cannot serve at port ${port}: ${why}`, "name another one, or none", { cause: error });
  }
}

/**
 * Opens the system's browser, if there is one, and answers how to clean up after it.
 *
 * Everybody on a machine can read the arguments of its processes, so the address goes by a file that only its owner reads.
 */
function openBrowser(address: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  const page = join(folder, "open.html");
  const text = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${address}">\n`;
  writeFileSync(page, text, { mode: 0o600 });
  const [command = "", ...args] = opener(page);
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
  return () => rmSync(folder, { recursive: true, force: true });
}

function opener(page: string): readonly string[] {
  switch (process.platform) {
    case "darwin":
      return ["open", page];
    case "win32":
      return ["explorer", page];
    default:
      return ["xdg-open", page];
  }
}
