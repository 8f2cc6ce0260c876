import { AsyncLocalStorage } from "node:async_hooks";
import replyFrom, { type FastifyReplyFromHooks } from "@fastify/reply-from";
import { userHeader } from "@chatdb/contracts/user.ts";
import { persistentConnector } from "@platform/kit/connector.ts";
import { Problem } from "@platform/kit/problem.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import { isSafe, repeated } from "@platform/kit/repeated.ts";
import type { App } from "@platform/kit/server.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Pool, type Dispatcher } from "undici";
import { identityHeaders } from "./admission.ts";
import { answerSender } from "./event-stream-replies.ts";
import { clientGone } from "@platform/kit/client-gone.ts";
import type { Route, Upstreams } from "./routes.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Codes of reply-from for an upstream that did not answer in time. */
const late = new Set(["FST_REPLY_FROM_GATEWAY_TIMEOUT", "FST_REPLY_FROM_TIMEOUT"]);

/** Code of undici for one that did not even take the connection. */
const notTaken = "UND_ERR_CONNECT_TIMEOUT";

/** Of one connection, not of the request (RFC 9110, section 7.6.1); `expect` was answered by this server already. */
const ofTheConnection = [
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** A client's word for what the gateway says itself, and its token, which is for the gateway alone. */
const notPassedOn = [userHeader, "authorization"];

/**
 * Passes all requests below each route's prefix on to its upstream, at the root and below `/api`. Bodies stream both ways
 * and are not looked at; an upstream that cannot be reached is answered as 502, one that is late as 504.
 */
export async function proxyRoutes(app: App, upstreams: Upstreams, routes: readonly Route[]): Promise<void> {
  const send = answerSender(app);
  for (const upstream of new Set(routes.map((route) => route.upstream))) {
    await app.register(async (scope) => {
      await scope.register(replyFrom, {
        base: upstreams[upstream],
        disableRequestLogging: true,
        undici: connect(upstreams[upstream]),
      });
      // No parser, and so no limit: the upstream knows what its bodies may be.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
      for (const route of routes.filter((route) => route.upstream === upstream)) {
        for (const prefix of [route.prefix, `/api${route.prefix}`]) addRoute(scope, prefix, route, send);
      }
    });
  }
}

/** Of the request that is being passed on: aborts when its client goes. */
const gone = new AsyncLocalStorage<AbortSignal>();

/** reply-from does not end a request whose client goes before its answer began, and gives up where a connection breaks off: its connections do not. */
function connect(origin: string): { request: Dispatcher["request"]; destroy: () => Promise<void> } {
  const pool = new Pool(origin, { connections: 128, pipelining: 1, connect: persistentConnector() });
  const request = (
    options: Dispatcher.RequestOptions,
    callback: (error: Error | null, data?: Dispatcher.ResponseData) => void,
  ) => {
    const signal = gone.getStore();
    const send = () => pool.request({ ...options, signal });
    (isSafe(options.method) ? repeated(send) : send()).then((data) => callback(null, data), callback);
  };
  return { request: request as Dispatcher["request"], destroy: () => pool.destroy() };
}

function addRoute(app: App, prefix: string, route: Route, send: ReturnType<typeof answerSender>): void {
  const passing: FastifyReplyFromHooks = {
    timeout: route.timeoutMs,
    rewriteRequestHeaders: (request, headers) => ({
      // Fastify reads no body of GET and HEAD, so none is announced.
      ...without(headers, [
        ...ofTheConnection,
        ...notPassedOn,
        ...(request.method === "GET" || request.method === "HEAD" ? ["content-length"] : []),
      ]),
      ...identityHeaders(request as FastifyRequest),
      "x-request-id": request.id,
    }),
    rewriteHeaders: (headers) => without(headers, [...ofTheConnection, "x-request-id"]),
    // reply-from's own way would ask again up to ten times after a 503: that is for the client to decide.
    retryDelay: () => null,
    onResponse: (_request, reply, { stream }) => send(reply as FastifyReply, stream),
    onError: (reply, { error }) => void reply.send(problemOf(error, route)),
  };
  const handler = (request: FastifyRequest, reply: FastifyReply) => {
    const path = route.only ?? `${route.prefix}${restOf(request.url, prefix)}`;
    return gone.run(clientGone(reply), () => reply.from(path, passing));
  };
  const schema = { summary: route.summary, tags: [route.prefix.slice(1)], hide: !prefix.startsWith("/api") };
  const shared = { method: [...methods], handler };
  app.route({ ...shared, url: prefix, schema, config: { changes: route.keeps } });
  const below = { changes: route.asksBelow ? ["PUT", "PATCH", "DELETE"] : route.keeps };
  if (route.only === undefined)
    app.route({ ...shared, url: `${prefix}/*`, schema: { ...schema, hide: true }, config: below });
}

/**
 * What follows the prefix in a request's path, as it was written. It is found by counting segments, since the router also
 * takes a prefix that has encoded characters (`/%6dodels`) and an address in full (`http://host/models`).
 */
function restOf(url: string, prefix: string): string {
  const [path = ""] = url.replace(/^https?:\/\/[^/]*/i, "").split(/[?#]/, 1);
  // As URL would read it: a backslash separates too, and a dot may be encoded.
  if (/(^|[/\\])\.\.?($|[/\\])/.test(decodeURIComponent(path)))
    throw new Problem(platformProblems.invalidRequest, `The path ${path} has "." or ".." in it. Write it without.`);
  if (path.includes("\\"))
    throw new Problem(platformProblems.invalidRequest, `The path ${path} has a backslash in it. Write / or %5C.`);
  const rest = path.split("/").slice(prefix.split("/").length);
  return rest.length === 0 ? "" : `/${rest.join("/")}`;
}

function without<H extends object>(headers: H, names: readonly string[]): H {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase()))) as H;
}

function problemOf(error: Error & { code?: string }, { prefix, upstream, timeoutMs }: Route): Problem {
  if (error.cause instanceof Problem) return error.cause;
  if (late.has(error.code ?? ""))
    return new Problem(
      platformProblems.upstreamTimeout,
      `${prefix}: ${upstream} did not answer within ${timeoutMs / 1000} s.`,
      {},
      { cause: error },
    );
  return new Problem(
    error.code === notTaken ? platformProblems.upstreamTimeout : platformProblems.upstreamUnreachable,
    `${prefix}: ${upstream} cannot be reached. Try again in a moment.`,
    {},
    { cause: error },
  );
}
