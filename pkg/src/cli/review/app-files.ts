/** The built app as it lies in the package: all its files, read once, so that no path of a request touches the disk. */
import { readdirSync, readFileSync } from "node:fs";
import { Problem, unreadable } from "../problem.js";

/** A file of the app. */
export interface AppFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The app, and the headers that it asks for. */
export interface AppFiles {
  /** By their addresses, such as `/assets/main.js`. */
  readonly files: ReadonlyMap<string, AppFile>;
  readonly headers: Readonly<Record<string, string>>;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ["css", "text/css; charset=utf-8"],
  ["html", "text/html; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["png", "image/png"],
  ["svg", "image/svg+xml"],
  ["wasm", "application/wasm"],
  ["webmanifest", "application/manifest+json"],
]);

const HEADERS_FILE = "_headers";
/** Tells the page that its calls are in the API beside it, and not in the browser. */
const STORE_TAG = '<meta name="countersign-store" content="api" />';

/** @throws {@link Problem} `unreadable` if the app is not in the package. */
export function readApp(): AppFiles {
  const root = new URL("../../app/", import.meta.url);
  try {
    const names = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((item) => item.isFile())
      .map((item) => `${item.parentPath ?? item.path}/${item.name}`.replace(/[\\/]+/g, "/"));
    const prefix = names.find((name) => name.endsWith("/index.html"))?.slice(0, -"index.html".length) ?? "";
    const files = new Map<string, AppFile>();
    for (const path of names) {
      const name = path.slice(prefix.length);
      const type = TYPES.get(name.slice(name.lastIndexOf(".") + 1));
      if (type !== undefined) files.set(`/${name}`, { type, bytes: readFileSync(path) });
    }
    const page = marked(files.get("/index.html"));
    files.set("/", page).set("/index.html", page);
    return { files, headers: headersIn(readFileSync(new URL(HEADERS_FILE, root), "utf8")) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw unreadable("the app of the package", error);
  }
}

function marked(page: AppFile | undefined): AppFile {
  const text = new TextDecoder().decode(page?.bytes);
  const [before, after] = text.split("<title>");
  if (page === undefined || before === undefined || after === undefined) {
    throw new Problem("unreadable", "the app of the package has no page");
  }
  return { ...page, bytes: new TextEncoder().encode(`${before}${STORE_TAG}\n    <title>${after}`) };
}

/** The headers for every path, as hosts of static files read them. */
function headersIn(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n").filter((line) => line.startsWith("  "));
  const pairs = lines.map((line) => line.trim().split(/:\s+(.*)/, 2));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name.toLowerCase(), value]));
}
