import { databaseSchema, queryRequest, queryResult, statement } from "@chatdb/contracts/query.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import type { App } from "@chatdb/kit/server.ts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { Connector } from "./connector.ts";

const named = z.object({ name: z.string() });
const freshness = z.object({ max_age_ms: z.coerce.number().int().nonnegative().optional() });

/** What data sources are asked: their schema, and queries. */
export function addQueryRoutes(app: App, connector: Connector): void {
  app.get(
    "/datasources/:name/schema",
    { schema: { summary: "Tables, columns, keys and sample values", params: named, querystring: freshness, response: { 200: databaseSchema } } },
    (request) => connector.schema(request.params.name, request.query.max_age_ms),
  );

  app.post(
    "/datasources/:name/query",
    { schema: { summary: "Run one query that reads", params: named, body: queryRequest, response: { 200: queryResult } } },
    async ({ params, body }, reply) => {
      const result = await connector.query(params.name, { ...body, ...statement.parse(body) }, untilGone(reply));
      // Ten thousand rows made here need no second check by the schema.
      return reply.type("application/json").serializer(JSON.stringify).send(result);
    },
  );
}

/** Aborts when the connection closes before the answer was sent. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableEnded) gone.abort(new Problem(499, "The caller went away before the answer was there."));
  });
  return gone.signal;
}
