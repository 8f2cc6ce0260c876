import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { answer as answerSchema } from "@chatdb/contracts/answer.ts";
import { dataSource, dataSourceList, dataSourceTest, type NewDataSource } from "@chatdb/contracts/data-sources.ts";
import {
  databaseSchema,
  parseResponse,
  queryResult,
  type ExportRequest,
  type ParseRequest,
  type QueryRequest,
} from "@chatdb/contracts/query.ts";
import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { problemOf } from "./gateway-problem.ts";
import { trainingCalls } from "./training-gateway.ts";

/** Milliseconds to wait for an answer: longer than the gateway waits for its services. */
const timeoutMs = 60_000;

export type Gateway = ReturnType<typeof openGateway>;

/** Calls of the gateway. Failures are Problems with the gateway's type and detail. */
export function openGateway(url: string, token: string | undefined) {
  const http = createHttpClient(url, { timeoutMs });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const path = (datasource: string, what: string) => `/api/datasources/${encodeURIComponent(datasource)}/${what}`;
  return {
    ...trainingCalls(http, headers),
    close: () => http.close(),
    ask: (request: ParseRequest) => http.postJson("/api/query", request, answerSchema, { headers }),
    parse: (request: ParseRequest) => http.postJson("/api/parse", request, parseResponse, { headers }),
    sources: async () => (await http.getJson("/api/datasources", dataSourceList, { headers })).datasources,
    addSource: (source: NewDataSource) => http.postJson("/api/datasources", source, dataSource, { headers }),
    /** Has the gateway connect to a data source. */
    async testSource(name: string) {
      const answer = await http.request(path(name, "test"), { method: "POST", headers });
      if (answer.status !== 200) throw await problemOf(answer);
      return dataSourceTest.parse(JSON.parse(await text(answer.body)));
    },
    async removeSource(name: string): Promise<void> {
      const answer = await http.request(`/api/datasources/${encodeURIComponent(name)}`, { method: "DELETE", headers });
      if (answer.status !== 204) throw await problemOf(answer);
      answer.body.resume();
    },
    schema: (datasource: string) => http.getJson(path(datasource, "schema"), databaseSchema, { headers }),
    query: (datasource: string, request: QueryRequest) =>
      http.postJson(path(datasource, "query"), request, queryResult, { headers }),
    /** Writes all rows of a statement while they arrive. */
    async export(datasource: string, request: ExportRequest, to: NodeJS.WritableStream): Promise<void> {
      const answer = await http.request(path(datasource, "export"), {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(request),
      });
      if (answer.status !== 200) throw await problemOf(answer);
      await pipeline(answer.body, to, { end: false });
    },
  };
}
