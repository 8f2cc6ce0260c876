import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import type { TrainingJob } from "@chatdb/contracts/jobs.ts";
import { modelVersion, modelVersionList, type ModelRegistration, type ModelVersion } from "@chatdb/contracts/models.ts";
import type { HttpClient } from "@chatdb/kit/http-client.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import { retry } from "./retry.ts";
import { JobError } from "./training/job-error.ts";
import type { Training } from "./training/trainer.ts";

/** The model registry, as the engine uses it. Calls are repeated for some seconds while the registry is away. */
export interface Registry {
  /** The version that a job made, if it has made one. */
  versionOf(job: TrainingJob, signal?: AbortSignal): Promise<ModelVersion | undefined>;
  /** Registers what a job has trained. Repeating it changes nothing. */
  register(job: TrainingJob, training: Training, signal?: AbortSignal): Promise<ModelVersion>;
}

export function createRegistry(http: HttpClient): Registry {
  return {
    versionOf: (job, signal) =>
      retry(
        async () => {
          try {
            const { versions } = await http.getJson(`/models/${job.model_name}?job_id=${job.job_id}&limit=1`, modelVersionList, { signal });
            return versions[0];
          } catch (error) {
            if (error instanceof Problem && error.status === 404) return undefined;
            throw error;
          }
        },
        { passing, signal },
      ),

    async register(job, training, signal) {
      try {
        return await retry(() => send(http, job, training, signal), { passing, signal });
      } catch (error) {
        if (error instanceof Problem && !passing(error)) throw new JobError(`The model registry refused the model: ${error.message}`, { cause: error });
        throw error;
      }
    },
  };
}

async function send(http: HttpClient, job: TrainingJob, training: Training, signal?: AbortSignal): Promise<ModelVersion> {
  const bytes = Buffer.from(training.artifact);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const headers = { "content-type": "application/octet-stream" };
  const answer = await http.request(`/models/${job.model_name}/artifacts/${sha256}`, { method: "PUT", headers, body: bytes, signal });
  const said = await text(answer.body);
  if (answer.status >= 400) throw new Problem(answer.status, said);
  const { dataset_location, parameters } = job;
  const { format, metrics, target, dataset_sha256 } = training;
  const registration: ModelRegistration = {
    name: job.model_name,
    job_id: job.job_id,
    sha256,
    format,
    metrics,
    lineage: { dataset_location, dataset_sha256, target, parameters },
  };
  return http.postJson("/models", registration, modelVersion, { signal });
}

/** A fault of the registry or of the way to it may pass, and so may 409: another store may not have the bytes yet. */
function passing(error: unknown): boolean {
  if (!(error instanceof Problem)) return !(error instanceof Error && error.name === "AbortError");
  return error.status >= 500 || [408, 409, 425, 429].includes(error.status);
}
