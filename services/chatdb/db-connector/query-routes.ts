import { Readable } from "node:stream";
import { databaseSchema, exportRequest, queryRequest, queryResult, statement } from "@chatdb/contracts/query.ts";
import { clientGone } from "@platform/kit/client-gone.ts";
import type { App } from "@platform/kit/app.ts";
import { z } from "zod";
import type { Connector } from "./connector.ts";
import { encodeRows } from "./export.ts";

const named = z.object({ name: z.string() });
const freshness = z.object({ max_age_ms: z.coerce.number().int().nonnegative().optional() });

/** Adds the routes that read data sources: schema, query and export. */
export function addQueryRoutes(app: App, connector: Connector): void {
  app.get(
    "/datasources/:name/schema",
    {
      schema: {
        summary: "Tables, columns, keys and sample values",
        params: named,
        querystring: freshness,
        response: { 200: databaseSchema },
      },
    },
    (request) => connector.schema(request.params.name, request.query.max_age_ms),
  );

  app.post(
    "/datasources/:name/query",
    {
      schema: {
        summary: "Run one query that reads",
        params: named,
        body: queryRequest,
        response: { 200: queryResult },
      },
    },
    async ({ params, body }, reply) => {
      const result = await connector.query(params.name, { ...body, ...statement.parse(body) }, clientGone(reply));
      // Checking ten thousand rows against the response schema would cost much and find nothing.
      return reply.type("application/json").serializer(JSON.stringify).send(result);
    },
  );

  addExportRoute(app, connector);
}

/** The media type of each export format. */
const mediaTypes = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json",
  ndjson: "application/x-ndjson",
};

function addExportRoute(app: App, connector: Connector): void {
  const schema = { summary: "Stream all rows of one query that reads", params: named, body: exportRequest };
  app.post("/datasources/:name/export", { schema }, async ({ params: { name }, body }, reply) => {
    const batches = connector.read(name, statement.parse(body), {
      maxRows: body.limit,
      timeoutMs: body.timeout_ms,
      signal: clientGone(reply),
    });
    // The first batch shows whether the statement fails, while the status can still say so.
    const first = await batches.next();
    const text = encodeRows(resumed(first, batches), body);
    return reply
      .type(mediaTypes[body.format])
      .header("content-disposition", `attachment; filename="${name}.${body.format}"`)
      .send(Readable.from(text, { objectMode: false }));
  });
}

async function* resumed<T>(
  first: IteratorResult<T, void>,
  rest: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}
