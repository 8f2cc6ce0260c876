import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { buffer } from "node:stream/consumers";
import type { Upstreams } from "@chatdb/api-gateway/routes.ts";

export type Name = keyof Upstreams;
export const names: readonly Name[] = [
  "trainingOrchestrator",
  "mlEngine",
  "queryParser",
  "modelRegistry",
  "predictionService",
  "dbConnector",
];

/** What an upstream saw of a request. */
export interface Seen {
  by: Name;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  bytes: number;
  sha256: string;
}

/** The services as the gateway sees them: each answers with what it saw, unless it was told otherwise. */
export class FakeUpstreams {
  readonly seen: Seen[] = [];
  readonly instead: Partial<Record<Name, RequestListener>> = {};
  readonly #servers = new Map<Name, Server>();

  async start(): Promise<Upstreams> {
    const addresses = await Promise.all(
      names.map(async (by) => {
        const server = createServer((request, response) => {
          const listener =
            this.instead[by] ??
            ((request, response) => void this.#echo(by, request).then((seen) => answerJson(response, 200, seen)));
          listener(request, response);
        });
        this.#servers.set(by, server);
        return [by, await listening(server)] as const;
      }),
    );
    return Object.fromEntries(addresses) as unknown as Upstreams;
  }

  async #echo(by: Name, request: IncomingMessage): Promise<Seen> {
    const { method = "", url = "", headers } = request;
    const seen = { by, method, url, headers, ...(await digestOf(request)) };
    this.seen.push(seen);
    return seen;
  }

  /** All is as at the start again. */
  reset(): void {
    this.seen.length = 0;
    for (const name of names) delete this.instead[name];
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((name) => this.take(name)));
  }

  /** Takes one away, so that its address refuses connections. */
  async take(name: Name): Promise<void> {
    const server = this.#servers.get(name)!;
    this.#servers.delete(name);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function digestOf(stream: Readable): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

export function answerJson(
  response: Parameters<RequestListener>[1],
  status: number,
  body: unknown,
  type = "application/json",
): void {
  response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
}

export interface Options {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Readable;
}

/**
 * Sends the path exactly as it is given (fetch would normalise it), and returns the answer with its body still to be
 * read.
 */
export async function open(
  base: string,
  path: string,
  { method = "GET", headers, body }: Options = {},
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(base);
  const outgoing = request({ hostname, port, path, method, headers, agent: false });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  const sent =
    body === undefined
      ? void outgoing.end()
      : pipeline(typeof body === "string" ? Readable.from([Buffer.from(body)]) : body, outgoing);
  const [[incoming]] = await Promise.all([answered, sent]);
  return incoming;
}

/** The whole answer; `json` is undefined where the body is no JSON. */
export async function ask(base: string, path: string, options: Options = {}) {
  const incoming = await open(base, path, options);
  const text = (await buffer(incoming)).toString();
  const json = String(incoming.headers["content-type"]).includes("json")
    ? (JSON.parse(text || "null") as Record<string, unknown>)
    : undefined;
  return { status: incoming.statusCode, type: incoming.headers["content-type"], headers: incoming.headers, text, json };
}
