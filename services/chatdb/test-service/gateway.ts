import { answer } from "@chatdb/contracts/answer.ts";
import { dataSourceList } from "@chatdb/contracts/data-sources.ts";
import { databaseSchema, parseResponse, queryResult, type Statement } from "@chatdb/contracts/query.ts";
import { dataset } from "@chatdb/contracts/datasets.ts";
import { job, jobAccepted, jobList, type Job, type jobRequest } from "@chatdb/contracts/jobs.ts";
import { modelList, modelVersion, modelVersionList } from "@chatdb/contracts/models.ts";
import { predictResponse } from "@chatdb/contracts/predictions.ts";
import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { buffer } from "node:stream/consumers";
import type { z } from "zod";
import { expect } from "./scenario.ts";

export type Gateway = ReturnType<typeof openGateway>;

/** Time limit of a request, milliseconds: a question may wait for the first scan of the schema. */
const timeoutMs = 15_000;

/** Creates a client of the gateway for everything that a user can do. It throws Problems with the gateway's reason. */
export function openGateway(url: string) {
  const http = createHttpClient(url, { timeoutMs });

  async function bytes(path: string): Promise<Buffer> {
    const { status, body } = await http.request(path);
    const content = await buffer(body);
    expect(status === 200, `GET ${path} answered ${status}`, { answer: content.subarray(0, 500).toString() });
    return content;
  }

  return {
    close: () => http.close(),
    ask: (query: string, datasource: string) => http.postJson("/api/query", { query, datasource }, answer),
    parse: (query: string, datasource: string) => http.postJson("/api/parse", { query, datasource }, parseResponse),
    dataSources: async () => (await http.getJson("/api/datasources", dataSourceList)).datasources,
    schema: (datasource: string) => http.getJson(`/api/datasources/${datasource}/schema`, databaseSchema),
    execute: (datasource: string, statement: Statement) =>
      http.postJson(`/api/datasources/${datasource}/query`, statement, queryResult),
    async upload(name: string, csv: string) {
      const { status, body } = await http.request(`/api/datasets/${name}`, {
        method: "PUT",
        headers: { "content-type": "text/csv" },
        body: csv,
      });
      const answer = (await buffer(body)).toString();
      expect(status === 200, `PUT /api/datasets/${name} answered ${status}`, { answer });
      return dataset.parse(JSON.parse(answer));
    },
    submit: (request: z.input<typeof jobRequest>) => http.postJson("/api/jobs", request, jobAccepted),
    job: (id: string): Promise<Job> => http.getJson(`/api/jobs/${id}`, job),
    jobsOf: async (model_name: string, limit: number) =>
      (await http.getJson(`/api/jobs?model_name=${model_name}&limit=${limit}`, jobList)).jobs,
    models: () => http.getJson("/api/models", modelList),
    versions: (name: string) => http.getJson(`/api/models/${name}?limit=1000`, modelVersionList),
    version: (name: string, version: number) => http.getJson(`/api/models/${name}/${version}`, modelVersion),
    artifact: (name: string, version: number) => bytes(`/api/models/${name}/${version}/artifact`),
    predict: (model_name: string, version: number, features: Record<string, unknown>) =>
      http.postJson("/api/predict", { model_name, version, features }, predictResponse),
  };
}
