import { dataSourceList } from "@chatdb/contracts/data-sources.ts";
import { databaseSchema, queryRequest, queryResult, statement } from "@chatdb/contracts/query.ts";
import { createLogger, type Logger } from "@chatdb/kit/log.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import { createServer } from "@chatdb/kit/server.ts";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { Connector, type ConnectorOptions } from "./connector.ts";
import type { DataSourceSettings } from "./data-source.ts";
import { createHealth } from "./health.ts";

export interface Deps extends ConnectorOptions {
  dataSources: readonly DataSourceSettings[];
  log?: Logger;
}

const named = z.object({ name: z.string() });

/** Lists data sources, introspects them, and runs queries that read. */
export function createService({ dataSources, log = createLogger("db-connector"), ...options }: Deps): Promise<FastifyInstance> {
  const connector = new Connector(dataSources, log, options);
  const app = createServer({
    name: "db-connector",
    log,
    healthPath: "/actuator/health/liveness",
    description: "Data sources: their schema, and queries that read them.",
  });
  app.addHook("onClose", () => connector.close());

  const health = createHealth(connector);
  app.get("/actuator/health", { schema: { hide: true }, logLevel: "warn" }, () => health());

  app.get("/datasources", { schema: { summary: "The data sources", response: { 200: dataSourceList } } }, () => ({
    datasources: connector.list().map((source) => ({ ...withoutSecrets(source), origin: "configuration" as const })),
  }));

  const freshness = z.object({ max_age_ms: z.coerce.number().int().nonnegative().optional() });
  app.get(
    "/datasources/:name/schema",
    { schema: { summary: "Tables, columns, keys and sample values", params: named, querystring: freshness, response: { 200: databaseSchema } } },
    (request) => connector.schema(request.params.name, request.query.max_age_ms),
  );

  app.post(
    "/datasources/:name/query",
    { schema: { summary: "Run one query that reads", params: named, body: queryRequest, response: { 200: queryResult } } },
    async (request, reply) => {
      const result = await connector.query(request.params.name, { ...request.body, ...statement.parse(request.body) }, untilGone(reply));
      // Ten thousand rows made here need no second check by the schema.
      return reply.type("application/json").serializer(JSON.stringify).send(result);
    },
  );
  return Promise.resolve(app);
}

function withoutSecrets({ name, dialect, host, port, database, user, tls }: DataSourceSettings) {
  return { name, dialect, host, port, database, user, tls };
}

/** Aborts when the connection closes before the answer was sent. */
function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableEnded) gone.abort(new Problem(499, "The caller went away before the answer was there."));
  });
  return gone.signal;
}
