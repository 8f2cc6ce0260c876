import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { answer as answerSchema, askedBack, type AskedBack } from "@chatdb/contracts/answer.ts";
import { dataSourceList } from "@chatdb/contracts/data-sources.ts";
import { databaseSchema, parseResponse, type ExportRequest, type ParseRequest } from "@chatdb/contracts/query.ts";
import { createHttpClient, type Answer } from "@platform/kit/http-client.ts";
import { isProblem, type Problem } from "@platform/kit/problem.ts";
import { receivedProblem } from "@platform/kit/received-problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { trainingCalls } from "./training-gateway.ts";

/** Milliseconds that an answer may take: more than the gateway gives its services. */
const timeoutMs = 60_000;

export type Gateway = ReturnType<typeof openGateway>;

/** What people can ask of the gateway. Failures are Problems with its reasons. */
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
    schema: (datasource: string) => http.getJson(path(datasource, "schema"), databaseSchema, { headers }),
    /** Writes all rows of a statement, as they come. */
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

/** The problem that an answer of the gateway holds. */
export async function problemOf(answer: Answer): Promise<Problem> {
  return receivedProblem(answer, await text(answer.body), "The gateway");
}

/** What may have been meant, where a question was not understood surely enough; else undefined. */
export function askedBackBy(error: unknown): AskedBack | undefined {
  if (!isProblem(error, chatdbProblems.clarificationNeeded, chatdbProblems.questionNotUnderstood)) return undefined;
  return askedBack.safeParse(error.extra).data;
}
