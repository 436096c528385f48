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
  else if (path.startsWith("assets/")) event.respondWith(olderFile(request));
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

/** A file of this build. If the browser has dropped it, the very same bytes from the network, or none. */
async function ownFile(path: string): Promise<Response> {
  // Not by opening it: once the page has removed it that would make it anew.
  const found = await caches.match(addressOf(path), { cacheName: own });
  return found ?? (await fetched(path).catch(() => Response.error()));
}

/** A file that this build does not have: one of a build before, whose page is still open. */
async function olderFile(request: Request): Promise<Response> {
  for (const name of await buildsKept()) {
    const found = await (await caches.open(name)).match(request.url);
    if (found !== undefined) return found;
  }
  return fetch(request);
}

/** Fetches a file of this build; rejects if the host has another one in its place. */
async function fetched(path: string): Promise<Response> {
  // A copy in the browser's own cache is as good, if it has the right digest.
  const response = await fetchedBy(path, "default").catch(() => fetchedBy(path, "reload"));
  const type = response.headers.get("content-type");
  // With the headers that a host of static files may not send, for the worker too.
  return new Response(response.body, { headers: { ...headers, ...(type !== null && { "content-type": type }) } });
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
