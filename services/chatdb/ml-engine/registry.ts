import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import type { TrainingJob } from "@chatdb/contracts/jobs.ts";
import { modelVersion, modelVersionList, type ModelRegistration, type ModelVersion } from "@chatdb/contracts/models.ts";
import type { HttpClient } from "@platform/kit/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { retry } from "./retry.ts";
import { JobError } from "./training/job-error.ts";
import type { Training } from "./training/trainer.ts";

/** The model registry, as the engine uses it. Calls are repeated for some seconds while the registry is away. */
export interface Registry {
  /** The version that a job made, if it has made one. */
  versionOf(job: TrainingJob, signal?: AbortSignal): Promise<ModelVersion | undefined>;
  /**
   * Registers what a job has trained. Repeating it changes nothing.
   * @param giveUp ends it between two calls: one that is under way may succeed, and is waited for
   */
  register(
    job: TrainingJob,
    training: Training,
    options?: { signal?: AbortSignal; giveUp?: AbortSignal },
  ): Promise<ModelVersion>;
}

/** @param codeVersion of this program, for the versions that it registers */
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
        { passing, signal },
      ),

    async register(job, training, { signal, giveUp } = {}) {
      const signals = [signal, giveUp].filter((each) => each !== undefined);
      try {
        return await retry(() => send(http, registrationOf(job, training, codeVersion), training.artifact, signal), {
          passing,
          signal: AbortSignal.any(signals),
        });
      } catch (error) {
        if (error instanceof Problem && !passing(error))
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
  const said = await text(answer.body);
  if (answer.status >= 400) throw new Problem(answer.status, said);
  return http.postJson("/models", { ...registration, sha256 }, modelVersion, { signal });
}

/** A fault of the registry or of the way to it may pass, and so may 409: another store may not have the bytes yet. */
function passing(error: unknown): boolean {
  if (!(error instanceof Problem)) return !(error instanceof Error && error.name === "AbortError");
  return error.status >= 500 || [408, 409, 425, 429].includes(error.status);
}
