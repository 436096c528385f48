/** The review server: the app and the API of one store, on this machine's own address only. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { type DecidingPolicy, stackOf } from "../../decides.js";
import { bodyOf, failed, json, refusal } from "../../edge/answers.js";
import { type Api, type Refuses, storeApi } from "../../edge/store-api.js";
import { EscalationError } from "../../errors.js";
import type { Entry, Event, EventType } from "../../lifecycle.js";
import { sameJson } from "../../same.js";
import type { Store } from "../../stores/store.js";
import { type AppFiles, readApp } from "./app-files.js";
import { bearerOf, createSessions, type Sessions } from "./session.js";

/** What is served, and who reviews. */
export interface ReviewServerOptions {
  readonly store: Store;
  /** What the page calls the store. */
  readonly name: string;
  /** The reviewer's name, by their own word; `null` if nobody said. */
  readonly as: string | null;
  /** The policies of `policies`, together, by which edits are decided; `null` if there are none. */
  readonly policy: DecidingPolicy | null;
  /** Policies that the page decides by. */
  readonly policies: readonly { readonly name: string; readonly text: string }[];
  /** Is told the address for another browser tab, each time one was opened. */
  readonly opened?: (next: string) => void;
}

/** A server that was started. */
export interface ReviewServer {
  /** Where the app is, with the first one-time token. */
  readonly address: string;
  readonly port: number;
  /** Ends every connection too. */
  close(): Promise<void>;
}

/** What one server answers by. */
interface Serving {
  readonly options: ReviewServerOptions;
  readonly app: AppFiles;
  readonly sessions: Sessions;
  readonly api: Api;
  readonly port: number;
}

const HOST = "127.0.0.1";
const API = "/api";
const SESSION_BYTES_MAX = 4_096;

/** Starts it at `port`; at any free one if that is 0. */
export async function startReviewServer(options: ReviewServerOptions, port: number): Promise<ReviewServer> {
  const app = readApp();
  const sessions = createSessions();
  const api = storeApi({ store: options.store, path: API, refuses: refusesOf(options) });
  let serving: Serving | undefined;
  const server = createServer((request, response) => {
    if (serving === undefined) response.destroy();
    else void respond(serving, request, response);
  });
  const bound = await listen(server, port);
  serving = { options, app, sessions, api, port: bound };
  return {
    address: addressOf(serving),
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Where a browser tab opens the app, once. */
function addressOf({ port, sessions }: Serving): string {
  return `http://${HOST}:${port}/#token=${sessions.token()}`;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** A person at the page answers, asks and edits; what guards and agents record, nobody records from a page. */
const REVIEWERS_EVENTS: ReadonlySet<EventType> = new Set<EventType>([
  "claim",
  "ask",
  "review",
  "edit",
  "expire",
  "revoke",
  "pause",
]);

function refusesOf({ as, policy }: ReviewServerOptions): Refuses {
  return (entry, past) => {
    const { event } = entry;
    if (!REVIEWERS_EVENTS.has(event.type)) return "only guards and agents record this, and a page is neither";
    if (event.type === "expire") return null;
    const { by } = event as { readonly by?: string | null };
    if ((by ?? null) !== as) return "the page can only answer as the reviewer who started the server";
    return event.type === "edit" ? whyNoEdit(event, entry.atMs, policy, past) : null;
  };
}

/** What an edit comes to is decided by policies, which a page could make up: those of the server decide once more. */
async function whyNoEdit(
  event: Extract<Event, { type: "edit" }>,
  atMs: number,
  policy: DecidingPolicy | null,
  past: () => Promise<readonly Entry[]>,
): Promise<string | null> {
  if (policy === null) return "without `--policy` nobody can decide what an edit comes to";
  const { args = {} } = event.call;
  const words = { ...(event.by !== null && { by: event.by }), ...(event.note !== null && { note: event.note }) };
  const before = await past();
  try {
    const decided = stackOf(policy).edit(before, null, { args, ...words }, undefined, atMs);
    return sameJson(decided, event) ? null : "the policies of the server decide otherwise on the edited call";
  } catch (error) {
    if (!(error instanceof EscalationError)) throw error;
    return `the call cannot be edited so: ${error.message}`;
  }
}

async function respond(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const ending = new AbortController();
  response.once("close", () => ending.abort());
  const answer = await answerTo(serving, request, ending.signal).catch(failed);
  const headers = { ...Object.fromEntries(answer.headers), ...serving.app.headers, "cache-control": "no-store" };
  response.writeHead(answer.status, headers);
  if (answer.body === null || request.method === "HEAD") {
    response.end();
    return;
  }
  const body = Readable.fromWeb(answer.body as ReadableStream);
  body.on("error", () => response.destroy());
  response.once("close", () => body.destroy());
  body.pipe(response);
}

async function answerTo(serving: Serving, request: IncomingMessage, signal: AbortSignal): Promise<Response> {
  // A name of somebody else that leads here is not our address, whoever says so.
  if (!hostsOf(serving).includes(request.headers.host ?? "")) {
    return refusal(421, "wrong-host", "this server answers only at its own address");
  }
  const { url = "/", method = "GET" } = request;
  const [path = "/"] = url.split(/[?#]/, 1);
  if (path === API || path.startsWith(`${API}/`)) {
    return answerApi(serving, webRequest(serving, request, signal));
  }
  if (method !== "GET" && method !== "HEAD") return refusal(405, "method-not-allowed", "the app can only be read");
  const file = serving.app.files.get(path);
  if (file === undefined) return refusal(404, "not-found", "there is nothing at this address");
  return new Response(file.bytes as BodyInit, { headers: { "content-type": file.type } });
}

function hostsOf({ port }: Serving): readonly string[] {
  return [`${HOST}:${port}`, `localhost:${port}`];
}

function webRequest({ port }: Serving, request: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/" } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const body = method === "GET" || method === "HEAD" ? {} : { body: Readable.toWeb(request), duplex: "half" };
  return new Request(`http://${HOST}:${port}${url}`, { method, headers, signal, ...body } as RequestInit);
}

async function answerApi(serving: Serving, request: Request): Promise<Response> {
  const foreign = whyForeign(serving, request);
  if (foreign !== null) return refusal(403, "foreign", foreign);
  const { sessions, options, api } = serving;
  const { pathname } = new URL(request.url);
  const isSession = pathname === `${API}/session`;
  if (isSession && request.method === "POST") return exchange(serving, request);
  if (!sessions.isOpenedBy(bearerOf(request.headers.get("authorization")))) {
    return refusal(401, "no-session", "open the address that `countersign review` printed last");
  }
  if (!isSession) return api(request);
  if (request.method !== "GET") return refusal(405, "method-not-allowed", "only GET and POST can be asked here");
  return json(200, { store: options.name, as: options.as, policies: options.policies });
}

/** Why the request is none of our own page; `null` if it is. Pages of other sites and of other ports are foreign. */
function whyForeign(serving: Serving, request: Request): string | null {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const origins = hostsOf(serving).map((host) => `http://${host}`);
  if (origin !== null && !origins.includes(origin)) return "the request comes from another page";
  if (site !== null && site !== "same-origin") return "the request comes from another page";
  if (request.method !== "GET" && origin === null) return "the request does not say which page it comes from";
  return null;
}

async function exchange(serving: Serving, request: Request): Promise<Response> {
  const body = await bodyOf(request, SESSION_BYTES_MAX);
  const isObject = typeof body === "object" && body !== null && Object.hasOwn(body, "token");
  const token: unknown = isObject ? (body as { token: unknown }).token : undefined;
  if (typeof token !== "string") return refusal(400, "bad-request", "`token` must be text");
  const result = serving.sessions.exchange(token);
  if (result === "used") {
    const again = "open the address that `countersign review` printed last";
    return refusal(410, "token-used", `this address was opened before, and it works once: ${again}`);
  }
  if (result === "wrong")
    return refusal(403, "wrong-token", "this is not the address that `countersign review` printed");
  serving.options.opened?.(addressOf(serving));
  // No cookie: browsers send those to whatever else stands at this machine, whichever its port.
  return json(200, result);
}
