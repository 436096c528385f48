/** A store behind a small HTTP API, such as that of `countersign review`: for browsers, Node and the edge alike. */
import { messageOf, StoreError, type StoreErrorCode } from "../errors.js";
import { deepFreeze } from "../freeze.js";
import type { Entry, Head } from "../lifecycle.js";
import type { Digest } from "../types.js";
import { checkKeys } from "./options.js";
import type { Append, Filter, ListPage, ListQuery, Store, UsageQuery } from "./store.js";

export type * from "./store.js";

/** Where the API is, and how it is asked. */
export interface HttpStoreOptions {
  /** Address of the API, such as `https://review.example/api`. */
  readonly url: string | URL;
  /** Sent with every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What asks; the runtime's own unless written. */
  readonly fetch?: (input: string, init?: RequestInit) => Promise<Response>;
  /**
   * How changes are noticed: `events` holds a stream of server-sent events open, and asks every two seconds where that
   * is not to be had; `polling` asks only. In Node, Deno and Bun an open stream keeps the process alive, so it is `polling`
   * there unless written, and `events` elsewhere.
   */
  readonly watch?: "events" | "polling";
  /** How long an answer may take, in milliseconds; 30,000 unless written. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
const POLL_MS = 2_000;
/** Entries that are asked for at once. */
const PART_MAX = 500;

type Ask = (path: string, body?: unknown) => Promise<unknown>;

/**
 * The store that the API at `url` serves.
 *
 * Whatever is no answer of the API rejects with a {@link StoreError} `unavailable`. An append whose answer was lost may
 * have been written or not; it is never sent again by itself.
 *
 * @throws TypeError if the options are not these.
 *
 * @example
 * ```ts
 * const store = httpStore({ url: "https://review.example/api", headers: { authorization: `Bearer ${key}` } });
 * const escalations = createEscalations({ store });
 * ```
 */
export function httpStore(options: HttpStoreOptions): Store {
  checkKeys("httpStore", options, ["url", "headers", "fetch", "watch", "timeoutMs"]);
  if (typeof options.url !== "string" && !(options.url instanceof URL)) {
    throw new TypeError("`url` must be the address of a store's API, a string or a URL");
  }
  const ask = asking(options);
  const watches = new Set<() => void>();
  return Object.freeze({
    head: async () => asked<Head>(await ask("head"), isHead),
    async append(append: Append) {
      const { appended } = asked<{ readonly appended: boolean }>(await ask("append", append), isAppended);
      return appended;
    },
    read: async (id: string) => asked<readonly Entry[]>(await ask("entries", { id }), isList),
    list: async (query: ListQuery) => asked<ListPage>(await ask(`list?${listParameters(query)}`), isPage),
    history: (query: { readonly from: number; readonly limit: number }) => history(ask, query),
    async usage(queries: readonly UsageQuery[]) {
      if (queries.length === 0) return [];
      const used = asked<readonly number[]>(await ask("usage", { queries }), isNumbers);
      // A limit that is missing would count as unused.
      if (used.length !== queries.length) throw notAnAnswer();
      return used;
    },
    marks: async (session: Digest) => asked<readonly string[]>(await ask("marks", { session }), isTexts),
    watch(changed: () => void) {
      const stop = watch(options, ask, changed);
      const end = () => {
        watches.delete(end);
        stop();
      };
      watches.add(end);
      return end;
    },
    async close() {
      for (const end of watches) end();
    },
  });
}

/** The server may answer with fewer entries than were asked for; none at all is the end. */
async function history(ask: Ask, { from, limit }: { readonly from: number; readonly limit: number }) {
  const found: Entry[] = [];
  while (found.length < limit) {
    const size = Math.min(limit - found.length, PART_MAX);
    const parameters = new URLSearchParams({ from: String(from + found.length), limit: String(size) });
    const part = asked<readonly Entry[]>(await ask(`history?${parameters}`), isList);
    if (part.length === 0) break;
    found.push(...part);
  }
  return Object.freeze(found);
}

function listParameters({ filter, limit, after }: ListQuery): URLSearchParams {
  const parameters = new URLSearchParams({ ...filterParameters(filter), limit: String(limit) });
  if (after !== undefined) parameters.set("after", after);
  return parameters;
}

function filterParameters(filter: Filter): Record<string, string> {
  if ("all" in filter) return { filter: "all" };
  if ("unfinished" in filter) return { filter: "unfinished" };
  if ("status" in filter) return { filter: "status", value: filter.status };
  if ("lane" in filter) return { filter: "lane", value: filter.lane };
  return { filter: "pendingOf", value: filter.pendingOf };
}

/** How one question is asked: once, and what is no plain success is an error. */
function asking({ url, headers = {}, fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS }: HttpStoreOptions): Ask {
  const base = baseOf(url);
  return async (path, body) => {
    const response = await reaching(async () =>
      fetch(`${base}${path}`, {
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
        headers: {
          ...headers,
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        signal: AbortSignal.timeout(timeoutMs),
        credentials: "same-origin",
        cache: "no-store",
        // Nobody else answers for the API.
        redirect: "error",
      }),
    );
    const isJson = /^application\/json\b/i.test(response.headers.get("content-type") ?? "");
    const answer = await reaching(async () => (isJson ? ((await response.json()) as unknown) : undefined));
    if (response.status === 200 && isJson) return answer;
    throw failureOf(response.status, answer);
  };
}

function baseOf(url: string | URL): string {
  const base = String(url);
  return base.endsWith("/") ? base : `${base}/`;
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = `the store's API does not answer: ${messageOf(error)}`;
    throw new StoreError("unavailable", message, { cause: error });
  }
}

const CODES: ReadonlySet<string> = new Set<StoreErrorCode>([
  "unavailable",
  "conflict",
  "bad-cursor",
  "full",
  "other-version",
  "not-a-store",
  "not-an-append",
]);

function failureOf(status: number, answer: unknown): StoreError {
  const { code, message } = errorOf(answer);
  if (code !== undefined && CODES.has(code)) return new StoreError(code as StoreErrorCode, message);
  return new StoreError("unavailable", `the store's API answers ${status}: ${message}`);
}

function errorOf(answer: unknown): { readonly code?: string; readonly message: string } {
  const error = isObject(answer) && Object.hasOwn(answer, "error") ? answer.error : undefined;
  if (!isObject(error) || typeof error.code !== "string" || typeof error.message !== "string") {
    return { message: "no reason is given" };
  }
  return { code: error.code, message: error.message };
}

/** `answer`, if it has the shape that the API gives it. */
function asked<T>(answer: unknown, hasShape: (answer: unknown) => boolean): T {
  if (!hasShape(answer)) throw notAnAnswer();
  return deepFreeze(answer as T);
}

function notAnAnswer(): StoreError {
  return new StoreError("unavailable", "what answers is not the API of a store");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isHead(answer: unknown): boolean {
  return isObject(answer) && Number.isSafeInteger(answer.size) && Number.isFinite(answer.atMs) && isList(answer.peaks);
}

function isAppended(answer: unknown): boolean {
  return isObject(answer) && typeof answer.appended === "boolean";
}

function isList(answer: unknown): boolean {
  return Array.isArray(answer) && answer.every((item) => typeof item === "object" || typeof item === "string");
}

function isNumbers(answer: unknown): boolean {
  return Array.isArray(answer) && answer.every((item) => typeof item === "number");
}

function isTexts(answer: unknown): boolean {
  return Array.isArray(answer) && answer.every((item) => typeof item === "string");
}

function isPage(answer: unknown): boolean {
  if (!isObject(answer) || !(answer.next === null || typeof answer.next === "string")) return false;
  return Array.isArray(answer.items) && answer.items.every((item) => isObject(item) && isList(item.entries));
}

/** Calls `changed` after changes, until the function that it answers is called. */
function watch(options: HttpStoreOptions, ask: Ask, changed: () => void): () => void {
  const ending = new AbortController();
  const how = options.watch ?? (hasProcess() ? "polling" : "events");
  const notice = () => {
    if (!ending.signal.aborted) changed();
  };
  const run = async () => {
    while (!ending.signal.aborted) {
      if (how === "events") await listen(options, notice, ending.signal);
      // What changed meanwhile is noticed too: a hint too many does no harm.
      await pollOnce();
    }
  };
  let last: Digest | null | undefined;
  const pollOnce = async () => {
    await pause(POLL_MS, ending.signal);
    if (ending.signal.aborted) return;
    const head = await (ask("head") as Promise<Head>).catch(() => undefined);
    if (head === undefined) return;
    if (last !== undefined && head.hash !== last) notice();
    last = head.hash;
  };
  void (async () => {
    if (how === "polling") last = ((await ask("head").catch(() => undefined)) as Head | undefined)?.hash;
    await run();
  })();
  return () => ending.abort();
}

/** Follows a stream of server-sent events until it ends, whatever ends it. */
async function listen(
  { url, headers = {}, fetch = globalThis.fetch }: HttpStoreOptions,
  changed: () => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const response = await fetch(`${baseOf(url)}watch`, {
      headers: { ...headers, accept: "text/event-stream" },
      signal,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
    });
    if (!response.ok || !/^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "")) return;
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
      const events = (rest + decoder.decode(read.value, { stream: true })).split("\n\n");
      rest = events.pop() ?? "";
      if (events.some((event) => event.startsWith("event: changed"))) changed();
    }
  } catch {
    // It ended; the caller goes on by asking.
  }
}

function hasProcess(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}

/** Waits without keeping a process alive. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    (timer as { unref?: () => void }).unref?.();
    signal.addEventListener("abort", end);
  });
}
