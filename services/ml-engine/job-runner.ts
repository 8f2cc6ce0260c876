import { topics } from "@chatdb/contracts/topics.ts";
import { jobId, trainingJob, type TrainingEvent, type TrainingJob } from "@chatdb/contracts/jobs.ts";
import type { ModelVersion } from "@chatdb/contracts/models.ts";
import type { EventBus } from "@chatdb/kit/event-bus.ts";
import type { Logger } from "@chatdb/kit/log.ts";
import { z } from "zod";
import { openDataset, type DatasetSource } from "./dataset-source.ts";
import type { EngineMetrics } from "./metrics.ts";
import type { Registry } from "./registry.ts";
import { JobError } from "./training/job-error.ts";
import { trainInWorker, type Training } from "./training/trainer.ts";

export interface RunnerOptions {
  bus: EventBus;
  datasets: DatasetSource;
  registry: Registry;
  metrics: EngineMetrics;
  dbConnectorUrl: string;
  /** Of one training, MiB. */
  memoryMb: number;
  /** Stops trainings; their jobs are then taken up again by another engine. */
  signal: AbortSignal;
  log: Logger;
}

/** What an engine says of a job; when is added as it is published. */
type Outcome<T = TrainingEvent> = T extends TrainingEvent ? Omit<T, "at" | "attempt" | "job_id"> : never;

/**
 * Makes the handler of `training-jobs`. It resolves once the job has ended and that has been published, be it a success
 * or a failure that no repetition would mend. It rejects when something it needs is away, so that the job comes again.
 */
export function createJobRunner(options: RunnerOptions): (message: unknown) => Promise<void> {
  const publish = ({ job_id, attempt }: Pick<TrainingJob, "job_id" | "attempt">, outcome: Outcome) =>
    options.bus.publish(topics.trainingEvents, [{ key: job_id, value: { job_id, attempt, ...outcome, at: new Date().toISOString() } satisfies TrainingEvent }]);

  return async (message) => {
    const parsed = trainingJob.safeParse(message);
    const log = options.log.child({ job_id: parsed.data?.job_id });
    if (!parsed.success) {
      log.error({ message, problems: z.prettifyError(parsed.error) }, "not a training job");
      const named = z.object({ job_id: jobId }).safeParse(message);
      if (named.success) await publish({ ...named.data, attempt: 1 }, { kind: "failed", passing: false, error: `The job is not valid. ${z.prettifyError(parsed.error)}` });
      return;
    }
    const job = parsed.data;
    // An engine may have died after it registered the model: then all that is left is to say so.
    const known = await options.registry.versionOf(job, options.signal);
    if (!known) await publish(job, { kind: "started" });
    const outcome = known ? success(known) : await endOf(job, options, log);
    await publish(job, outcome);
    options.metrics.jobs.inc({ outcome: outcome.kind });
    log.info(outcome, "job ended");
  };
}

async function endOf(job: TrainingJob, options: RunnerOptions, log: Logger): Promise<Outcome> {
  const stop = options.metrics.trainings.startTimer();
  try {
    const training = await trainJob(job, options);
    return success(await options.registry.register(job, training, options.signal));
  } catch (error) {
    if (error instanceof JobError) return { kind: "failed", passing: false, error: error.message };
    if (!options.signal.aborted) log.warn({ err: error }, "job interrupted, will be taken up again");
    options.metrics.jobs.inc({ outcome: "interrupted" });
    throw error;
  } finally {
    stop();
  }
}

async function trainJob(job: TrainingJob, { datasets, dbConnectorUrl, memoryMb, signal }: RunnerOptions): Promise<Training> {
  const file = await openDataset(datasets, job.dataset_location);
  return trainInWorker(file, { target: job.target, parameters: job.parameters, dbConnectorUrl }, { memoryMb, signal });
}

function success({ name, version, metrics }: ModelVersion): Outcome {
  return { kind: "succeeded", model: { name, version }, metrics };
}
