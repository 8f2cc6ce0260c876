import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import type { TrainingJob } from "@chatdb/contracts/jobs.ts";
import { modelVersion, modelVersionList, type ModelRegistration, type ModelVersion } from "@chatdb/contracts/models.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { receivedProblem } from "@platform/kit/http/received-problem.ts";
import { retry } from "@platform/kit/retry.ts";
import { isTransient as isTransientError } from "@platform/kit/transient-errors.ts";
import { JobError } from "./training/job-error.ts";
import type { Training } from "./training/trainer.ts";

/** The engine's client of the model registry. It retries calls for some seconds while the registry is unavailable. */
export interface Registry {
  /** Finds the version that a job has registered, if any. */
  versionOf(job: TrainingJob, signal?: AbortSignal): Promise<ModelVersion | undefined>;
  /**
   * Registers a job's model. It is idempotent.
   * @param giveUp ends it between two calls; a call in progress is awaited, since it may succeed
   */
  register(
    job: TrainingJob,
    training: Training,
    options?: { signal?: AbortSignal; giveUp?: AbortSignal },
  ): Promise<ModelVersion>;
}

/** The largest number of calls for one request; the pauses between them grow from 0.2 s. */
const attempts = 5;

/** @param codeVersion version of this program, recorded in the lineage of models */
export function createRegistry(http: HttpClient, codeVersion: string): Registry {
  return {
    versionOf: (job, signal) =>
      retry(
        async () => {
          try {
            const { versions } = await http.getJson(
              `/models/${job.model_name}?job_id=${job.job_id}&limit=1`,
              modelVersionList,
              { signal },
            );
            return versions[0];
          } catch (error) {
            if (error instanceof Problem && error.status === 404) return undefined;
            throw error;
          }
        },
        { attempts, isTransient, signal },
      ),

    async register(job, training, { signal, giveUp } = {}) {
      const signals = [signal, giveUp].filter((each) => each !== undefined);
      try {
        return await retry(() => send(http, registrationOf(job, training, codeVersion), training.artifact, signal), {
          attempts,
          isTransient,
          signal: AbortSignal.any(signals),
        });
      } catch (error) {
        if (error instanceof Problem && !isTransient(error))
          throw new JobError(`The model registry refused the model: ${error.message}`, { cause: error });
        throw error;
      }
    },
  };
}

type Unsigned = Omit<ModelRegistration, "sha256">;

function registrationOf(
  { model_name, job_id, dataset_location, parameters }: TrainingJob,
  training: Training,
  code_version: string,
): Unsigned {
  const { format, metrics, evaluation, target, dataset_sha256 } = training;
  return {
    name: model_name,
    job_id,
    format,
    metrics,
    evaluation,
    lineage: { dataset_location, dataset_sha256, target, parameters, code_version },
  };
}

async function send(
  http: HttpClient,
  registration: Unsigned,
  artifact: Uint8Array,
  signal?: AbortSignal,
): Promise<ModelVersion> {
  const body = Buffer.from(artifact);
  const sha256 = createHash("sha256").update(body).digest("hex");
  const headers = { "content-type": "application/octet-stream" };
  const answer = await http.request(`/models/${registration.name}/artifacts/${sha256}`, {
    method: "PUT",
    headers,
    body,
    signal,
  });
  const answerText = await text(answer.body);
  if (answer.status >= 400) throw receivedProblem(answer, answerText, "The model registry");
  return http.postJson("/models", { ...registration, sha256 }, modelVersion, { signal });
}

/**
 * Decides whether a later call may succeed. 409 is transient, since a replica of the object store may not have the
 * bytes yet.
 */
function isTransient(error: unknown): boolean {
  return (error instanceof Problem && error.status === 409) || isTransientError(error);
}
