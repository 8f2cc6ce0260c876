import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";
import type { FastifyInstance } from "fastify";
import { admit, type Admission } from "./admission.ts";
import { serveMetricsOnOwnPort } from "./metrics-port.ts";
import { servePage, type SignIn } from "./page-routes.ts";
import { proxyRoutes } from "./proxy.ts";
import { answerQueries } from "./query.ts";
import { routes, type Upstreams } from "./routes.ts";
import { addSecurityHeaders } from "./security-headers.ts";

export interface Deps extends Admission {
  /** The addresses of the services, without a path. */
  upstreams: Upstreams;
  log?: Logger;
  /** The number of proxies between clients and gateway; see the kit's ServerOptions. */
  trustedProxies?: number;
  /** The address of /metrics. Default: the service's own address. */
  metrics?: { host: string; port: number };
}

/** Timeouts of the HTTP server, in ms. */
const timeouts = {
  /** Receiving the headers: slow clients cannot hold all connections. */
  headersTimeout: 20_000,
  /** Receiving the whole request: long enough for a dataset of 5 GiB at 12 Mbit/s. */
  requestTimeout: 3_600_000,
  /** Silence in both directions: longer than the timeout of any upstream. */
  timeout: 120_000,
  /**
   * Idle connections: longer than any load balancer keeps its side open (Google's: 600 s), so that none sends a request
   * into a closing connection.
   */
  keepAliveTimeout: 620_000,
};

const greeting = `ChatDB: ask a database in plain English.

  curl -s HOST/api/query -H 'content-type: application/json' -d '{"query": "how many customers are there in Germany?"}'

A browser shows a page for that at this address. The whole interface: /openapi.json
`;

function signInOf(oidc: Admission["oidc"]): SignIn | undefined {
  if (oidc?.clientId === undefined) return undefined;
  const { issuer, clientId, audience, scopes = {} } = oidc;
  return { issuer, clientId, audience, scopes: [scopes.read, scopes.write].filter((scope) => scope !== undefined) };
}

/** The health paths that differ from the kit's default. */
const healthPaths: Partial<Record<keyof Upstreams, string>> = { dbConnector: "/actuator/health" };

/**
 * Creates the only public service. It is ready as soon as it can route, since one unavailable service must not make the
 * others unreachable; `/status` shows which services answer.
 */
export async function createService({
  upstreams,
  log = createLogger("api-gateway"),
  trustedProxies,
  metrics,
  ...admission
}: Deps): Promise<FastifyInstance> {
  const app = createServer({
    name: "api-gateway",
    log,
    description: "ChatDB: questions to rows, data sets to predictions.",
    trustedProxies,
  });
  Object.assign(app.server, timeouts);
  addSecurityHeaders(app);
  await admit(app, admission);
  if (metrics) serveMetricsOnOwnPort(app, metrics);
  await servePage(app, greeting, signInOf(admission.oidc));
  answerQueries(app, upstreams);
  await proxyRoutes(app, upstreams, routes);

  const clients = Object.entries(upstreams).map(([name, url]) => ({
    name,
    client: createHttpClient(url as string, { timeoutMs: 2000 }),
  }));
  app.addHook("onClose", async () => {
    await Promise.all(clients.map(({ client }) => client.close()));
  });
  app.get("/status", { schema: { summary: "Whether each service answers" } }, async () => {
    const states = clients.map(async ({ name, client }) => {
      const path = healthPaths[name as keyof Upstreams] ?? "/health";
      const state = await client.request(path).then(
        ({ status, body }) => {
          body.resume();
          return status === 200 ? "ok" : `answers ${status}`;
        },
        (error: Error) => error.message,
      );
      return [name, state] as const;
    });
    return Object.fromEntries(await Promise.all(states));
  });
  return app;
}
