import { answer } from "@chatdb/contracts/answer.ts";
import { parseRequest, parseResponse, queryResult } from "@chatdb/contracts/query.ts";
import { createHttpClient } from "@platform/kit/http/http-client.ts";
import type { App } from "@platform/kit/app.ts";
import { identityHeaders } from "./admission.ts";
import { clientGone } from "@platform/kit/client-gone.ts";
import type { Upstreams } from "./routes.ts";

const milliseconds = (since: number) => Math.round((performance.now() - since) * 100) / 100;

/**
 * The timeout of each part, in ms. The query-parser may have to read a schema and to ask a language model; the
 * db-connector lets a database work for 10 s.
 */
const timeouts = { parseMs: 50_000, executeMs: 15_000 };

/** Adds `POST /api/query`, which turns a question into rows by calling the query-parser and then the db-connector. */
export function answerQueries(
  app: App,
  { queryParser, dbConnector }: Pick<Upstreams, "queryParser" | "dbConnector">,
  { parseMs, executeMs } = timeouts,
): void {
  const parser = createHttpClient(queryParser, { timeoutMs: parseMs });
  const connector = createHttpClient(dbConnector, { timeoutMs: executeMs });
  app.addHook("onClose", async () => {
    await Promise.all([parser.close(), connector.close()]);
  });
  const schema = { summary: "Ask in plain English", tags: ["query"], body: parseRequest, response: { 200: answer } };
  app.post("/api/query", { schema }, async (request, reply) => {
    const { body, id } = request;
    const options = { requestId: id, headers: identityHeaders(request), signal: clientGone(reply), repeatable: true };
    const started = performance.now();
    const understood = await parser.postJson("/parse", body, parseResponse, options);
    const parse_ms = milliseconds(started);
    const executed = performance.now();
    const path = `/datasources/${encodeURIComponent(understood.datasource)}/query`;
    const { columns, rows, rowCount, truncated } = await connector.postJson(
      path,
      understood.statement,
      queryResult,
      options,
    );
    const timings = { parse_ms, execute_ms: milliseconds(executed) };
    return { ...understood, columns, rows, row_count: rowCount, truncated, took_ms: milliseconds(started), timings };
  });
}
