import replyFrom from "@fastify/reply-from";
import { Problem } from "@chatdb/kit/problem.ts";
import type { App } from "@chatdb/kit/server.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Route, Upstreams } from "./routes.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Codes of reply-from and undici for an upstream that did not answer in time. */
const late = new Set(["FST_REPLY_FROM_GATEWAY_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT", "FST_REPLY_FROM_TIMEOUT"]);

/**
 * Passes all requests below each route's prefix on to its upstream, at the root and below `/api`. Bodies stream both ways
 * and are not looked at; an upstream that cannot be reached is answered as 502, one that is late as 504.
 */
export async function proxyRoutes(app: App, upstreams: Upstreams, routes: readonly Route[]): Promise<void> {
  for (const upstream of new Set(routes.map((route) => route.upstream))) {
    await app.register(async (scope) => {
      await scope.register(replyFrom, {
        base: upstreams[upstream],
        disableRequestLogging: true,
        undici: { connections: 128, pipelining: 1, connect: { timeout: 3000 } },
      });
      // No parser, and so no limit: the upstream knows what its bodies may be.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
      for (const route of routes.filter((route) => route.upstream === upstream)) {
        for (const prefix of [route.prefix, `/api${route.prefix}`]) addRoute(scope, prefix, route);
      }
    });
  }
}

function addRoute(app: App, prefix: string, route: Route): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => {
    const rest = request.url.slice(prefix.length).split("?", 1)[0]!;
    return reply.from(joined(route.upstreamPrefix ?? route.prefix, rest), {
      timeout: route.timeoutMs,
      rewriteRequestHeaders: (_request, headers) => ({ ...headers, "x-request-id": request.id }),
      onError: (reply, { error }) => void reply.send(problemOf(error, route)),
    });
  };
  const schema = { summary: route.summary, tags: [route.prefix.slice(1)], hide: !prefix.startsWith("/api") };
  app.route({ method: [...methods], url: prefix, schema, handler });
  app.route({ method: [...methods], url: `${prefix}/*`, schema: { ...schema, hide: true }, handler });
}

function joined(prefix: string, rest: string): string {
  return prefix === "/" ? rest || "/" : `${prefix}${rest}`;
}

function problemOf(error: Error & { code?: string }, { prefix, upstream, timeoutMs }: Route): Problem {
  return late.has(error.code ?? "")
    ? new Problem(504, `${prefix}: ${upstream} did not answer within ${timeoutMs / 1000} s.`, {}, { cause: error })
    : new Problem(502, `${prefix}: ${upstream} cannot be reached. Try again in a moment.`, {}, { cause: error });
}
