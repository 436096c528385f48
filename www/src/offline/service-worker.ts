/**
 * The service worker: keeps one whole build in this browser and serves the page from nothing else.
 *
 * It is written by hand rather than taken from a library. Those keep one cache and bring it up to date file by file when a
 * new version takes over: a page that is still open then loses the files of its own build, or gets some of another. Here
 * - a build is kept whole or not at all, each file checked against the digest that the build wrote down;
 * - the page is always that of the build of this worker;
 * - scripts, styles and wasm have names made of their contents, so a page of an older build finds its own or none;
 * - an older build is forgotten once no page of it is open.
 */

/// <reference lib="webworker" />

/** Written by `vite/one-build.ts`: the id, the digest of every file by its path, and the headers of `public/_headers`. */
declare const __COUNTERSIGN_FILES__: {
  readonly id: string;
  readonly files: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
};

/** The global of this script; the types of the page know only a window by that name. */
const worker = self as unknown as ServiceWorkerGlobalScope;
const { id, files, headers } = __COUNTERSIGN_FILES__;
const scope = new URL(worker.registration.scope);
/** Several apps of one origin share its caches. */
const CACHES = `countersign-build ${scope.pathname} `;
const own = CACHES + id;
const PAGE = "index.html";
/** By how the name of a file ends; a copy in a cache may say anything. */
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
};

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));

worker.addEventListener("activate", (event) => event.waitUntil(forgetUnused().then(() => worker.clients.claim())));

worker.addEventListener("message", (event) => {
  const { data, ports } = event;
  if (data === "which build?") ports[0]?.postMessage(id);
  if (data === "page opened") event.waitUntil(forgetUnused());
  // Only when somebody at the page asked for it: until then the build before keeps serving.
  if (data === "take over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = request.method === "GET" ? pathOf(request) : null;
  if (path === null) return;
  if (Object.hasOwn(files, path)) event.respondWith(ownFile(path));
  else if (path.startsWith("assets/")) event.respondWith(olderFile(request, path));
});

/** The path of what is asked for below the folder of the app; `null` if it lies elsewhere. */
function pathOf({ url, mode }: Request): string | null {
  const { origin, pathname } = new URL(url);
  if (origin !== scope.origin || !pathname.startsWith(scope.pathname)) return null;
  const path = decodeURIComponent(pathname.slice(scope.pathname.length));
  return mode === "navigate" && path === "" ? PAGE : path;
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(own);
  try {
    await Promise.all(Object.keys(files).map(async (path) => cache.put(addressOf(path), await fetched(path))));
  } catch (error) {
    await caches.delete(own);
    throw error;
  }
}

/**
 * A file of this build. Any page of this origin can write into its caches: what has other bytes is as good as dropped, and
 * then come the very same bytes from the network, or none.
 */
async function ownFile(path: string): Promise<Response> {
  // Not by opening it: once the page has removed it that would make it anew.
  const kept = await caches.match(addressOf(path), { cacheName: own });
  const bytes = kept === undefined ? null : await kept.arrayBuffer().catch(() => null);
  if (bytes !== null && (await integrityOf(bytes)) === files[path]) return served(path, bytes);
  const response = await fetched(path).catch(() => null);
  if (kept !== undefined) await replace(path, response);
  return response ?? Response.error();
}

/** Puts `response` in the place of what is no file of this build; without one its place is empty. */
async function replace(path: string, response: Response | null): Promise<void> {
  const cache = await caches.open(own);
  if (response === null) await cache.delete(addressOf(path));
  // Without room for it, it is fetched again.
  else await cache.put(addressOf(path), response.clone()).catch(() => undefined);
}

/** A file that this build does not have: one of a build before, whose page is still open. It is never a page. */
async function olderFile(request: Request, path: string): Promise<Response> {
  if (request.mode === "navigate") return fetch(request);
  for (const name of await buildsKept()) {
    const found = await (await caches.open(name)).match(request.url);
    if (found !== undefined) return served(path, found.body);
  }
  return fetch(request);
}

/** With the headers that a host of static files may not send, for the worker too. */
function served(path: string, body: BodyInit | null): Response {
  const end = path.slice(path.lastIndexOf(".") + 1);
  const type = Object.hasOwn(TYPES, end) ? TYPES[end] : undefined;
  return new Response(body, { headers: { ...headers, "content-type": type ?? "application/octet-stream" } });
}

/** As the build wrote it down. */
async function integrityOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}

/** Fetches a file of this build; rejects if the host has another one in its place. */
async function fetched(path: string): Promise<Response> {
  // A copy in the browser's own cache is as good, if it has the right digest.
  const response = await fetchedBy(path, "default").catch(() => fetchedBy(path, "reload"));
  return served(path, response.body);
}

async function fetchedBy(path: string, cache: RequestCache): Promise<Response> {
  const response = await fetch(addressOf(path), { cache, integrity: files[path] ?? "", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${path}: the host answers ${response.status}`);
  return response;
}

/** Every open page holds a lock with the id of its build in its name. */
async function forgetUnused(): Promise<void> {
  const { held = [] } = await worker.navigator.locks.query();
  const open = new Set(held.map(({ name = "" }) => name.split("-build ")[1]));
  const unused = (await buildsKept()).filter((name) => name !== own && !open.has(name.slice(CACHES.length)));
  await Promise.all(unused.map((name) => caches.delete(name)));
}

async function buildsKept(): Promise<readonly string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(CACHES));
}

function addressOf(path: string): string {
  return new URL(path === PAGE ? "./" : path, scope).href;
}
