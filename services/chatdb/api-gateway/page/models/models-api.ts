import type { datasetList } from "@chatdb/contracts/datasets.ts";
import type { Job, jobAccepted, jobList, JobRequest } from "@chatdb/contracts/jobs.ts";
import type {
  Comparison,
  modelList,
  ModelReference,
  ModelVersion,
  modelVersionList,
  Stage,
} from "@chatdb/contracts/models.ts";
import type { ModelSchema, PredictResponse } from "@chatdb/contracts/predictions.ts";
import type { z } from "zod";
import { call, fetchJson } from "../api.ts";

export type ModelSummary = z.infer<typeof modelList>["models"][number];

const segment = encodeURIComponent;

/** The maximum number of jobs in the list. */
const maxJobs = 50;

export const datasets = async () => (await fetchJson<z.infer<typeof datasetList>>("/datasets")).datasets;
export const datasetFile = (name: string) => call(`/datasets/${segment(name)}`);

/** @param key the idempotency key: the same key returns the same job, however often it is sent */
export const submitJob = (request: Partial<JobRequest>, key: string) =>
  fetchJson<z.infer<typeof jobAccepted>>("/jobs", { body: request, headers: { "idempotency-key": key } });
export const jobs = async () => (await fetchJson<z.infer<typeof jobList>>(`/jobs?limit=${maxJobs}`)).jobs;
export const job = (id: string) => fetchJson<Job>(`/jobs/${id}`);
export const cancelJob = (id: string) => fetchJson<Job>(`/jobs/${id}/cancel`, { method: "POST" });
export const retryJob = (id: string) => fetchJson<Job>(`/jobs/${id}/retry`, { method: "POST" });

export const models = async () => (await fetchJson<z.infer<typeof modelList>>("/models")).models;
export const versions = async (name: string) =>
  (await fetchJson<z.infer<typeof modelVersionList>>(`/models/${segment(name)}`)).versions;
export const setStage = ({ name, version }: ModelReference, stage: Stage) =>
  fetchJson<ModelVersion>(`/models/${segment(name)}/${version}/stage`, { body: { stage } });
export const rollBack = (name: string) =>
  fetchJson<ModelVersion>(`/models/${segment(name)}/rollback`, { method: "POST" });
export const compare = (name: string, from: number, to: number) =>
  fetchJson<Comparison>(`/models/${segment(name)}/compare?from=${from}&to=${to}`);

export const predictSchema = ({ name, version }: ModelReference) =>
  fetchJson<ModelSchema>(`/predict/schema?model_name=${segment(name)}&version=${version}`);
export const predict = ({ name, version }: ModelReference, features: Record<string, unknown>, explain: boolean) =>
  fetchJson<PredictResponse>("/predict", { body: { model_name: name, version, features, explain } });
