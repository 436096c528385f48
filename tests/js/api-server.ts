/** Serves a function from `Request` to `Response` by a real HTTP server of Node. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

export interface ApiServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server at any free port of this machine. */
export async function serveApi(api: (request: Request) => Promise<Response>): Promise<ApiServer> {
  const server = createServer(async (incoming, outgoing) => {
    const ending = new AbortController();
    outgoing.once("close", () => ending.abort());
    const { method = "GET", url = "/" } = incoming;
    const body = method === "GET" ? {} : { body: Readable.toWeb(incoming), duplex: "half" };
    const headers = incoming.headers as Record<string, string>;
    const init = { method, headers, signal: ending.signal, ...body } as unknown as RequestInit;
    const response = await api(new Request(`http://127.0.0.1${url}`, init));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body === null) outgoing.end();
    else
      Readable.fromWeb(response.body as unknown as ReadableStream)
        .on("error", () => outgoing.destroy())
        .pipe(outgoing);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
