/**
 * A store over HTTP: answers a `Request` with a `Response`, in every runtime that has those. `httpStore` is its client.
 *
 * It does not know who asks; whoever serves it lets nobody in who may not read and write the store. See
 * `docs/review-server.md`.
 */
import type { Holding } from "../core.js";
import { holding } from "../engines/full.js";
import { nowMs } from "../env.js";
import { EscalationError, messageOf } from "../errors.js";
import { deepFreeze } from "../freeze.js";
import { type Entry, type Event, type Head, PAUSE_ID } from "../lifecycle.js";
import { type ReviewVerifier, verifying } from "../reviewers.js";
import { sameJson } from "../same.js";
import { follows } from "../stores/follows.js";
import { checkKeys, checkStore } from "../stores/options.js";
import type { Append, IndexRow, Store, Used } from "../stores/store.js";
import { type Traces, together, tracesOf } from "../traces.js";
import { rowOf } from "../writing.js";
import { bodyOf, failed, HEADERS, json, Refused } from "./answers.js";
import { appendOf, historyQueryOf, idOf, listQueryOf, ShapeError, sessionOf, usageQueriesOf } from "./shapes.js";

/** What {@link storeApi} needs. */
export interface StoreApiOptions {
  readonly store: Store;
  /** Where the API stands, such as `/api`; the root unless written. */
  readonly path?: string;
  /** Why an entry may not be appended by whoever asks, or `null` if it may. Everything may unless written. */
  readonly refuses?: Refuses;
  /**
   * Whether the engine seals once more what is appended, and what it seals otherwise is refused; `true` unless written.
   * `false` is for trying a store with entries that were made up, as `countersign/stores/contract` does.
   */
  readonly seals?: boolean;
  /**
   * Whether index rows, by which escalations are found, are made of the entries here, and those of the client ignored;
   * what `seals` is unless written.
   */
  readonly derivesIndex?: boolean;
  /**
   * Verifies reviews for the index rows. Without it an escalation whose reviews must be verified is listed as pending until
   * it is run.
   */
  readonly verify?: ReviewVerifier;
  /** The clock, in Unix milliseconds UTC; the system's unless written. */
  readonly now?: () => number;
  /** Size of the largest body that is read, in bytes; 32 MiB unless written. */
  readonly bytesMax?: number;
}

/**
 * Why `entry` may not be appended, or `null` if it may. `past` reads the entries of its escalation before it; the append is
 * refused if others write meanwhile.
 */
export type Refuses = (entry: Entry, past: () => Promise<readonly Entry[]>) => string | null | Promise<string | null>;

/** Answers one request. It never rejects. */
export type Api = (request: Request) => Promise<Response>;

/** How far the clock of whoever appends may be ahead: later entries are never before the last, so a wrong one would last. */
const AHEAD_MS_MAX = 60_000;
/**
 * How far it may be behind, as for whoever writes without an API: by a clock that stands still, what has expired still waits.
 * A history that is ahead of the clock here needs no more than that entries follow one another.
 */
const BEHIND_MS_MAX = 5 * 60_000;
const BYTES_MAX = 32 * 1024 * 1024;
/** Escalations of one page, and entries of one part of the history. */
const PAGE_MAX = 500;
/** Comments keep proxies from closing a quiet stream. */
const PULSE_MS = 15_000;

interface Route {
  readonly method: "GET" | "POST";
  readonly answer: (ask: Ask) => Promise<unknown>;
}

interface Ask {
  readonly store: Store;
  readonly refuses: Refuses;
  readonly seals: boolean;
  readonly derivesIndex: boolean;
  readonly verify: ReviewVerifier | undefined;
  readonly nowMs: () => number;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["head", { method: "GET", answer: ({ store }) => store.head() }],
  ["entries", { method: "POST", answer: ({ store, body }) => store.read(idOf(body)) }],
  ["list", { method: "GET", answer: ({ store, query }) => store.list(listQueryOf(query, PAGE_MAX)) }],
  ["history", { method: "GET", answer: ({ store, query }) => store.history(historyQueryOf(query, PAGE_MAX)) }],
  ["watch", { method: "GET", answer: async ({ store, signal }) => watching(store, signal) }],
  ["usage", { method: "POST", answer: ({ store, body }) => store.usage(usageQueriesOf(body)) }],
  ["marks", { method: "POST", answer: ({ store, body }) => store.marks(sessionOf(body)) }],
  ["append", { method: "POST", answer: async (ask) => ({ appended: await append(ask) }) }],
]);

/**
 * Serves `store` over HTTP.
 *
 * The engine seals what is appended once more, so nobody can write entries that do not follow one another, or that an
 * escalation cannot have. Import `countersign` too: it brings the engine.
 *
 * @throws TypeError if the options are not these, or if `store` is no store.
 *
 * @example
 * ```ts
 * const api = storeApi({ store: memoryStore(), path: "/api" });
 * const response = await api(new Request("http://127.0.0.1/api/head"));
 * ```
 */
export function storeApi(options: StoreApiOptions): Api {
  checkKeys("storeApi", options, ["store", "path", "refuses", "seals", "derivesIndex", "verify", "now", "bytesMax"]);
  const { store, path = "", refuses = () => null, seals = true, now = nowMs, bytesMax = BYTES_MAX } = options;
  const { derivesIndex = seals, verify } = options;
  checkStore("storeApi", store);
  return async (request) => {
    try {
      const url = new URL(request.url);
      const route = routeOf(url.pathname, path);
      if (request.method !== route.method) {
        throw new Refused(405, "method-not-allowed", `only ${route.method} can be asked here`, { allow: route.method });
      }
      const body = route.method === "POST" ? await bodyOf(request, bytesMax) : undefined;
      const { signal } = request;
      const query = queryOf(url);
      const ask: Ask = { store, refuses, seals, derivesIndex, verify, nowMs: now, query, body, signal };
      const answer = await route.answer(ask);
      return answer instanceof Response ? answer : json(200, answer);
    } catch (error) {
      return failed(error);
    }
  };
}

function routeOf(pathname: string, path: string): Route {
  const route = pathname.startsWith(`${path}/`) ? ROUTES.get(pathname.slice(path.length + 1)) : undefined;
  if (route === undefined) throw new Refused(404, "not-found", "the API has nothing at this address");
  return route;
}

function queryOf(url: URL): Readonly<Record<string, string>> {
  const query: Record<string, string> = Object.create(null);
  for (const [key, value] of url.searchParams) {
    if (Object.hasOwn(query, key)) throw new ShapeError("a parameter of the address stands there twice");
    query[key] = value;
  }
  return query;
}

async function append(ask: Ask): Promise<boolean> {
  const { store, refuses, seals, derivesIndex, nowMs, body } = ask;
  const wanted = appended(body);
  const head = await store.head();
  // Others were first: nothing to check, as the entries follow something that is no more the end.
  if (!follows(head, wanted)) return false;
  for (const [place, entry] of wanted.entries.entries()) {
    const before = entriesAbout(store, wanted.entries.slice(0, place));
    const why = await refuses(entry, async () => (entry.id === null ? [] : before(entry.id)));
    if (why !== null) throw new Refused(403, "refused", why);
  }
  if (seals || derivesIndex) await engineReady();
  if (seals) {
    checkTimes(wanted, head, nowMs());
    checkSeals(holding, head, wanted);
    checkPlaces(wanted);
    await checkTraces(holding, store, wanted);
  }
  const rows = seals || derivesIndex ? await rowsOf(ask, wanted) : [];
  return store.append(deepFreeze(derivesIndex ? { ...wanted, index: rows } : wanted));
}

/** Nobody lets anything run by a clock that is wrong. What only stops somebody, a wrong clock must not hinder. */
function checkTimes({ entries, head: { atMs } }: Append, head: Head, nowMs: number): void {
  if (atMs > Math.max(nowMs + AHEAD_MS_MAX, head.atMs)) {
    throw new Refused(422, "not-an-append", "the entries are of a time to come: is the clock right?");
  }
  const behindMs = nowMs - atMs;
  if (behindMs <= BEHIND_MS_MAX || entries.every(({ event }) => stops(event))) return;
  const minutes = Math.round(behindMs / 60_000);
  const wrong = `the clock of whoever asks, or that of the server, is wrong; set it right and try again`;
  throw new Refused(422, "not-an-append", `the entries are ${minutes} minutes behind the server's clock: ${wrong}`);
}

function stops(event: Event): boolean {
  if (event.type === "review") return event.verdict === "reject";
  return event.type === "revoke" || (event.type === "pause" && event.paused);
}

async function engineReady(): Promise<void> {
  try {
    await holding.ready();
  } catch (error) {
    const what = "whoever serves this API must import `countersign` too, which brings the engine";
    throw new Refused(500, "not-loaded", `${what}: ${messageOf(error)}`);
  }
}

function appended(body: unknown): Append {
  try {
    return appendOf(body);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new Refused(400, "not-an-append", error.message);
  }
}

/** Everything that a hash covers must be what the engine makes of the events. */
function checkSeals(engine: Holding, head: Head, { entries, head: after }: Append): void {
  const unsealed = entries.map(({ id, event, salt }) => ({ id, event, salt }));
  const sealed = refusing(() => engine.seal(head, unsealed, entries[0]?.atMs ?? 0));
  if (!sameJson(sealed.entries, entries) || !sameJson(sealed.head, after)) {
    throw new Refused(422, "not-an-append", "the entries are not sealed as entries that follow the head");
  }
}

/** What stands under which id: pauses under theirs, what is of no escalation under none, and the rest under another. */
function checkPlaces({ entries }: Append): void {
  const isOutOfPlace = ({ id, event: { type } }: Entry) => {
    if (type === "pause") return id !== PAUSE_ID;
    if (type === "decision" || type === "policy") return id !== null;
    return id === null || id === PAUSE_ID;
  };
  if (entries.some(isOutOfPlace))
    throw new Refused(422, "not-an-append", "an entry stands under an id that is not its");
}

/** Marks and amounts must be what the entries leave behind: nobody gives back, or uses up, what no call has used. */
async function checkTraces(engine: Holding, store: Store, { entries, marks, used }: Append): Promise<void> {
  const about = entriesAbout(store, entries);
  const all = await Promise.all(entries.map((entry) => tracesOf(engine, entry, about)));
  const sent = told({ marks, used });
  const isMade = [all, all.filter(({ isSure }) => isSure)].some((some) => {
    const made = together(some);
    return made !== null && sameJson(told(made), sent);
  });
  if (!isMade) throw new Refused(422, "not-an-append", "`marks` and `used` must be what the entries leave behind");
}

/** Without what is only written in another way. */
function told({ marks, used }: Traces) {
  const names = [...new Set(marks?.marks ?? [])].sort();
  return { marks: names.length === 0 ? null : { session: marks?.session, names }, used: used.map(usedText).sort() };
}

function usedText({ bucket, amount, atMs, untilMs }: Used): string {
  return JSON.stringify([bucket, amount, atMs, untilMs]);
}

function entriesAbout(store: Store, entries: readonly Entry[]) {
  return async (id: string) => [...(await store.read(id)), ...entries.filter((entry) => entry.id === id)];
}

/** The rows of the escalations that change, each of which must still be one. Those that were sent must be about them. */
async function rowsOf({ store, verify }: Ask, { entries, index, head }: Append): Promise<readonly IndexRow[]> {
  const ids = new Set(entries.flatMap(({ id, event }) => (id === null || event.type === "pause" ? [] : [id])));
  if (index.length !== ids.size || !index.every(({ id }) => ids.has(id))) {
    throw new Refused(422, "not-an-append", "`index` must have one row for each escalation that changes");
  }
  const about = entriesAbout(store, entries);
  const reviewers = verifying(holding, verify);
  const rows: IndexRow[] = [];
  for (const id of ids) {
    const all = await about(id);
    const verified = await reviewers.all(all);
    rows.push(refusing(() => rowOf(holding, { id, ...holding.fold(all, verified, head.atMs) })));
  }
  return rows;
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EscalationError)) throw error;
    throw new Refused(422, "not-an-append", `the entries make no sense: ${error.code}`);
  }
}

/** A stream of server-sent events: one at the beginning, and one after each change. */
function watching(store: Store, signal: AbortSignal): Response {
  let end: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => {
        // A reader that does not read gets no more than the last hint.
        if ((controller.desiredSize ?? 0) > -16) controller.enqueue(new TextEncoder().encode(text));
      };
      const changed = () => write("event: changed\ndata: {}\n\n");
      const stop = store.watch(changed);
      const pulse = setInterval(() => write(": still here\n\n"), PULSE_MS);
      (pulse as { unref?: () => void }).unref?.();
      end = () => {
        end = () => undefined;
        clearInterval(pulse);
        stop();
      };
      signal.addEventListener("abort", () => {
        end();
        try {
          controller.close();
        } catch {
          // Cancelled already.
        }
      });
      changed();
    },
    cancel: () => end(),
  });
  return new Response(body, { headers: { ...HEADERS, "content-type": "text/event-stream" } });
}
