import { AsyncLocalStorage } from "node:async_hooks";
import replyFrom, { type FastifyReplyFromHooks } from "@fastify/reply-from";
import { userHeader } from "@chatdb/contracts/common.ts";
import { persistentConnector } from "@platform/kit/http/connector.ts";
import { Problem } from "@platform/kit/problem.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import { isSafe, retrySafely } from "@platform/kit/http/retry-safe-request.ts";
import type { App } from "@platform/kit/app.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Pool, type Dispatcher } from "undici";
import { identityHeaders } from "./admission.ts";
import { createReplySender } from "./event-stream-replies.ts";
import { clientGone } from "@platform/kit/client-gone.ts";
import type { Route, Upstreams } from "./routes.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Error codes of reply-from for an upstream that did not answer in time. */
const timeoutCodes = new Set(["FST_REPLY_FROM_GATEWAY_TIMEOUT", "FST_REPLY_FROM_TIMEOUT"]);

/** The error code of undici for an upstream that did not accept the connection in time. */
const connectTimeoutCode = "UND_ERR_CONNECT_TIMEOUT";

/** Headers of one connection (RFC 9110, section 7.6.1); the gateway itself has answered `expect`. */
const hopByHopHeaders = [
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Headers that stop at the gateway: it sets the user itself, and the token is for the gateway only. */
const gatewayHeaders = [userHeader, "authorization"];

/**
 * Forwards all requests below each route's prefix to its upstream, at the root and below `/api`. Bodies stream both
 * ways unread. An unreachable upstream is answered with 502, a late one with 504.
 */
export async function proxyRoutes(app: App, upstreams: Upstreams, routes: readonly Route[]): Promise<void> {
  const send = createReplySender(app);
  for (const upstream of new Set(routes.map((route) => route.upstream))) {
    await app.register(async (scope) => {
      await scope.register(replyFrom, {
        base: upstreams[upstream],
        disableRequestLogging: true,
        undici: connect(upstreams[upstream]),
      });
      // Without parsers there is no size limit: the upstream limits its own bodies.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
      for (const route of routes.filter((route) => route.upstream === upstream)) {
        for (const prefix of [route.prefix, `/api${route.prefix}`]) addRoute(scope, prefix, route, send);
      }
    });
  }
}

/** Carries the signal of the forwarded request, which aborts when its client disconnects. */
const clientSignal = new AsyncLocalStorage<AbortSignal>();

/**
 * Connects reply-from to an upstream. Unlike reply-from itself, it ends a request when the client disconnects before
 * the answer begins, and retries safe requests when the connection breaks.
 */
function connect(origin: string): { request: Dispatcher["request"]; destroy: () => Promise<void> } {
  const pool = new Pool(origin, { connections: 128, pipelining: 1, connect: persistentConnector() });
  const request = (
    options: Dispatcher.RequestOptions,
    callback: (error: Error | null, data?: Dispatcher.ResponseData) => void,
  ) => {
    const signal = clientSignal.getStore();
    const send = () => pool.request({ ...options, signal });
    (isSafe(options.method) ? retrySafely(send) : send()).then((data) => callback(null, data), callback);
  };
  return { request: request as Dispatcher["request"], destroy: () => pool.destroy() };
}

function addRoute(app: App, prefix: string, route: Route, send: ReturnType<typeof createReplySender>): void {
  const hooks: FastifyReplyFromHooks = {
    timeout: route.timeoutMs,
    rewriteRequestHeaders: (request, headers) => ({
      // Fastify reads no body of GET and HEAD, so the upstream must not expect one.
      ...without(headers, [
        ...hopByHopHeaders,
        ...gatewayHeaders,
        ...(request.method === "GET" || request.method === "HEAD" ? ["content-length"] : []),
      ]),
      ...identityHeaders(request as FastifyRequest),
      "x-request-id": request.id,
    }),
    rewriteHeaders: (headers) => without(headers, [...hopByHopHeaders, "x-request-id"]),
    // By default reply-from repeats a request up to ten times after a 503; the client should decide that.
    retryDelay: () => null,
    onResponse: (_request, reply, { stream }) => send(reply as FastifyReply, stream),
    onError: (reply, { error }) => void reply.send(problemOf(error, route)),
  };
  const handler = (request: FastifyRequest, reply: FastifyReply) => {
    const path = route.only ?? `${route.prefix}${restOf(request.url, prefix)}`;
    return clientSignal.run(clientGone(reply), () => reply.from(path, hooks));
  };
  const schema = { summary: route.summary, tags: [route.prefix.slice(1)], hide: !prefix.startsWith("/api") };
  const shared = { method: [...methods], handler };
  app.route({ ...shared, url: prefix, schema, config: { changes: route.stored } });
  const below = { changes: route.postReadsBelow ? ["PUT", "PATCH", "DELETE"] : route.stored };
  if (route.only === undefined)
    app.route({ ...shared, url: `${prefix}/*`, schema: { ...schema, hide: true }, config: below });
}

/**
 * Returns the raw path after the prefix. It counts segments, since the router also accepts a prefix with encoded
 * characters (`/%6dodels`) and an absolute URL (`http://host/models`).
 */
function restOf(url: string, prefix: string): string {
  const [path = ""] = url.replace(/^https?:\/\/[^/]*/i, "").split(/[?#]/, 1);
  // Like the URL parser, this treats a backslash as a separator and decodes dots.
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
  if (timeoutCodes.has(error.code ?? ""))
    return new Problem(
      platformProblems.upstreamTimeout,
      `${prefix}: ${upstream} did not answer within ${timeoutMs / 1000} s.`,
      {},
      { cause: error },
    );
  return new Problem(
    error.code === connectTimeoutCode ? platformProblems.upstreamTimeout : platformProblems.upstreamUnreachable,
    `${prefix}: ${upstream} cannot be reached. Try again in a moment.`,
    {},
    { cause: error },
  );
}
