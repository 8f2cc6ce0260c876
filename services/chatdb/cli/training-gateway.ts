import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { dataset } from "@chatdb/contracts/datasets.ts";
import { job, jobAccepted, jobHistory, jobList, type JobRequest } from "@chatdb/contracts/jobs.ts";
import { comparison, modelList, modelVersion, modelVersionList, type Stage } from "@chatdb/contracts/models.ts";
import { modelSchema, predictBatchResponse, predictResponse } from "@chatdb/contracts/predictions.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import { problemOf } from "./gateway-problem.ts";

/** The largest number of jobs in one list. */
const maxListed = 100;

const segment = encodeURIComponent;

interface JobFilter {
  status?: string | undefined;
  model?: string | undefined;
}

/** Calls of the gateway for datasets, jobs, models and predictions. */
export function trainingCalls(http: HttpClient, headers: Record<string, string>) {
  return { ...datasetAndJobCalls(http, headers), ...modelCalls(http, headers) };
}

function datasetAndJobCalls(http: HttpClient, headers: Record<string, string>) {
  return {
    /** Uploads a file as a dataset, which replaces one of the same name. */
    async upload(name: string, file: Readable) {
      const answer = await http.request(`/api/datasets/${segment(name)}`, {
        method: "PUT",
        headers: { ...headers, "content-type": "text/csv" },
        body: file,
      });
      if (answer.status !== 200) throw await problemOf(answer);
      return dataset.parse(JSON.parse(await text(answer.body)));
    },
    /** @param key idempotency key: the same key gives the same job, however often it is sent */
    submit: (request: Partial<JobRequest>, key: string) =>
      http.postJson("/api/jobs", request, jobAccepted, { headers: { ...headers, "idempotency-key": key } }),
    jobs: async ({ status, model }: JobFilter) => {
      const query = new URLSearchParams({
        limit: String(maxListed),
        ...(status !== undefined && { status }),
        ...(model !== undefined && { model_name: model }),
      });
      return (await http.getJson(`/api/jobs?${query}`, jobList, { headers })).jobs;
    },
    job: (id: string) => http.getJson(`/api/jobs/${segment(id)}`, job, { headers }),
    history: async (id: string) =>
      (await http.getJson(`/api/jobs/${segment(id)}/events`, jobHistory, { headers })).events,
    /** Opens the history as server-sent events, from the entry after number `after`. */
    async events(id: string, after: number, signal: AbortSignal): Promise<Readable> {
      const last: Record<string, string> = after > 0 ? { "last-event-id": String(after) } : {};
      const answer = await http.request(`/api/jobs/${segment(id)}/events`, {
        headers: { ...headers, accept: "text/event-stream", ...last },
        signal,
      });
      if (answer.status !== 200) throw await problemOf(answer);
      return answer.body;
    },
    cancel: (id: string) => parsed(http.request(`/api/jobs/${segment(id)}/cancel`, { method: "POST", headers }), job),
    retry: (id: string) => parsed(http.request(`/api/jobs/${segment(id)}/retry`, { method: "POST", headers }), job),
  };
}

function modelCalls(http: HttpClient, headers: Record<string, string>) {
  const post = { headers };
  return {
    models: async () => (await http.getJson("/api/models", modelList, { headers })).models,
    versions: async (name: string) =>
      (await http.getJson(`/api/models/${segment(name)}`, modelVersionList, { headers })).versions,
    version: (name: string, version: string) =>
      http.getJson(`/api/models/${segment(name)}/${segment(version)}`, modelVersion, { headers }),
    /** Imports an ONNX file as a version of a model. */
    async importModel(name: string, query: Record<string, string>, file: Buffer) {
      const answer = await http.request(`/api/models/${segment(name)}/import?${new URLSearchParams(query)}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/octet-stream" },
        body: file,
      });
      if (answer.status !== 200 && answer.status !== 201) throw await problemOf(answer);
      return { version: modelVersion.parse(JSON.parse(await text(answer.body))), created: answer.status === 201 };
    },
    setStage: (name: string, version: number, stage: Stage) =>
      http.postJson(`/api/models/${segment(name)}/${version}/stage`, { stage }, modelVersion, post),
    rollBack: (name: string) =>
      parsed(http.request(`/api/models/${segment(name)}/rollback`, { method: "POST", headers }), modelVersion),
    compare: (name: string, from: string, to: string) =>
      http.getJson(`/api/models/${segment(name)}/compare?${new URLSearchParams({ from, to })}`, comparison, {
        headers,
      }),
    predictSchema: (name: string, version: string) =>
      http.getJson(`/api/predict/schema?${new URLSearchParams({ model_name: name, version })}`, modelSchema, {
        headers,
      }),
    predict: (model_name: string, version: number, features: Record<string, unknown>, explain: boolean) =>
      http.postJson("/api/predict", { model_name, version, features, explain }, predictResponse, post),
    predictBatch: (model_name: string, version: number, rows: Record<string, unknown>[], explain: boolean) =>
      http.postJson("/api/predict/batch", { model_name, version, rows, explain }, predictBatchResponse, post),
  };
}

/** Checks the answer of a request without a body. */
async function parsed<T>(
  request: ReturnType<HttpClient["request"]>,
  schema: { parse: (value: unknown) => T },
): Promise<T> {
  const answer = await request;
  if (answer.status !== 200) throw await problemOf(answer);
  return schema.parse(JSON.parse(await text(answer.body)));
}
