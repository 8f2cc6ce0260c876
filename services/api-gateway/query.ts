import { parseRequest, parseResponse, queryResult } from "@chatdb/contracts/query.ts";
import { createHttpClient } from "@chatdb/kit/http-client.ts";
import type { App } from "@chatdb/kit/server.ts";
import { z } from "zod";
import { identityHeaders } from "./admission.ts";
import { clientGone } from "./client-gone.ts";
import type { Upstreams } from "./routes.ts";

/** Answer of `POST /api/query`. */
export const answer = z.object({
  query: z.string(),
  datasource: z.string(),
  ...parseResponse.pick({ dialect: true, statement: true, plan: true, reading: true, confidence: true, alternatives: true }).shape,
  columns: queryResult.shape.columns,
  /** Each row has its values in the order of `columns`. */
  rows: queryResult.shape.rows,
  row_count: z.int().nonnegative(),
  truncated: z.boolean(),
  /** Milliseconds in all. */
  took_ms: z.number(),
  /** Milliseconds of each part: understanding the question, and running the query with the way there. */
  timings: z.object({ parse_ms: z.number(), execute_ms: z.number() }),
});
export type Answer = z.infer<typeof answer>;

const milliseconds = (since: number) => Math.round((performance.now() - since) * 100) / 100;

/** Milliseconds that each part may take; the db-connector lets a database work for 10 s. */
const patience = { parseMs: 10_000, executeMs: 15_000 };

/** `POST /api/query`: a question in English to rows, by way of the query-parser and the db-connector. */
export function answerQueries(app: App, { queryParser, dbConnector }: Pick<Upstreams, "queryParser" | "dbConnector">, { parseMs, executeMs } = patience): void {
  const parser = createHttpClient(queryParser, { timeoutMs: parseMs });
  const connector = createHttpClient(dbConnector, { timeoutMs: executeMs });
  app.addHook("onClose", async () => {
    await Promise.all([parser.close(), connector.close()]);
  });
  const schema = { summary: "Ask in plain English", tags: ["query"], body: parseRequest, response: { 200: answer } };
  app.post("/api/query", { schema }, async (request, reply) => {
    const { body, id } = request;
    const options = { requestId: id, headers: identityHeaders(request), signal: clientGone(reply) };
    const started = performance.now();
    const understood = await parser.postJson("/parse", body, parseResponse, options);
    const parse_ms = milliseconds(started);
    const executed = performance.now();
    const path = `/datasources/${encodeURIComponent(understood.datasource)}/query`;
    const { columns, rows, rowCount, truncated } = await connector.postJson(path, understood.statement, queryResult, options);
    const timings = { parse_ms, execute_ms: milliseconds(executed) };
    return { ...understood, columns, rows, row_count: rowCount, truncated, took_ms: milliseconds(started), timings };
  });
}
