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
import { call, read } from "../api.ts";

export type ModelSummary = z.infer<typeof modelList>["models"][number];

const segment = encodeURIComponent;

/** Jobs of the list, at most. */
const maxJobs = 50;

export const datasets = async () => (await read<z.infer<typeof datasetList>>("/datasets")).datasets;
export const datasetFile = (name: string) => call(`/datasets/${segment(name)}`);

/** @param key the same one gives the same job, however often it is sent */
export const submitJob = (request: Partial<JobRequest>, key: string) =>
  read<z.infer<typeof jobAccepted>>("/jobs", { body: request, headers: { "idempotency-key": key } });
export const jobs = async () => (await read<z.infer<typeof jobList>>(`/jobs?limit=${maxJobs}`)).jobs;
export const job = (id: string) => read<Job>(`/jobs/${id}`);
export const cancelJob = (id: string) => read<Job>(`/jobs/${id}/cancel`, { method: "POST" });
export const retryJob = (id: string) => read<Job>(`/jobs/${id}/retry`, { method: "POST" });

export const models = async () => (await read<z.infer<typeof modelList>>("/models")).models;
export const versions = async (name: string) =>
  (await read<z.infer<typeof modelVersionList>>(`/models/${segment(name)}`)).versions;
export const setStage = ({ name, version }: ModelReference, stage: Stage) =>
  read<ModelVersion>(`/models/${segment(name)}/${version}/stage`, { body: { stage } });
export const rollBack = (name: string) => read<ModelVersion>(`/models/${segment(name)}/rollback`, { method: "POST" });
export const compare = (name: string, from: number, to: number) =>
  read<Comparison>(`/models/${segment(name)}/compare?from=${from}&to=${to}`);

export const predictSchema = ({ name, version }: ModelReference) =>
  read<ModelSchema>(`/predict/schema?model_name=${segment(name)}&version=${version}`);
export const predict = ({ name, version }: ModelReference, features: Record<string, unknown>, explain: boolean) =>
  read<PredictResponse>("/predict", { body: { model_name: name, version, features, explain } });
