import type { TrainingJob } from "@chatdb/contracts/jobs.ts";
import type { ModelVersion } from "@chatdb/contracts/models.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import { limitBytes, type DatasetSources } from "./datasets/dataset-file.ts";
import { openDataset } from "./datasets/open-dataset.ts";
import type { EngineMetrics } from "./metrics.ts";
import type { AttemptReport, AttemptReporter } from "./attempt-reporter.ts";
import type { Registry } from "./registry.ts";
import { retry } from "@platform/kit/retry.ts";
import { AttemptCancelled } from "./cancellations.ts";
import { JobError } from "./training/job-error.ts";
import { trainInWorker, type BoundState, type Training } from "./training/trainer.ts";

export interface AttemptOptions {
  datasets: DatasetSources;
  registry: Registry;
  checkpoints: Checkpoints;
  metrics: EngineMetrics;
  /** Version of this program, recorded in the lineage of models. */
  codeVersion: string;
  /** Heap limit of one training, MiB. */
  memoryPerJobMib: number;
  /** Upper limit of rows times columns of a dataset. */
  maxValues: number;
  /** Milliseconds between two checkpoints of a training. */
  checkpointMs: number;
  /** Aborts when the engine shuts down; another engine then resumes its attempts. */
  signal: AbortSignal;
  log: Logger;
}

/** Starts without progress after which the attempt fails for good: the job itself may be crashing the engines. */
const maxStarts = 5;

/** Share of an attempt's progress that reading the dataset makes up. */
const readingShare = 0.1;

/**
 * Runs one attempt at a job, from its dataset to the registered version. Every failure becomes an outcome; it throws
 * only when the engine shuts down.
 */
export class AttemptRun {
  readonly #job: TrainingJob;
  readonly #cancelled: AbortSignal;
  readonly #reporter: AttemptReporter;
  readonly #options: AttemptOptions;
  #checkpoint: Checkpoint | undefined;

  constructor(
    job: TrainingJob,
    { cancelled, reporter }: { cancelled: AbortSignal; reporter: AttemptReporter },
    options: AttemptOptions,
  ) {
    this.#job = job;
    this.#cancelled = cancelled;
    this.#reporter = reporter;
    this.#options = options;
  }

  /**
   * Returns the outcome if nothing needs to run: the job was cancelled, or has its version already, since an engine may
   * have died after it registered the model.
   */
  existingOutcome(): Promise<AttemptReport | undefined> {
    return this.#outcomeOf(async () => {
      const known = await this.#options.registry.versionOf(this.#job, this.#options.signal);
      if (known) return success(known);
      this.#cancelled.throwIfAborted();
      return undefined;
    });
  }

  async run(): Promise<AttemptReport> {
    const stop = this.#options.metrics.trainings.startTimer();
    try {
      return await this.#outcomeOf(async () => this.#register(await this.#train()));
    } catch (error) {
      await this.#checkpoint
        ?.discountStart()
        .catch((err: unknown) =>
          this.#options.log.warn({ err }, "could not subtract an orderly stop from the count of starts"),
        );
      throw error;
    } finally {
      stop();
    }
  }

  /** Removes the checkpoint of an attempt that has ended. */
  async removeCheckpoint(): Promise<void> {
    await this.#checkpoint
      ?.remove()
      .catch((err: unknown) => this.#options.log.warn({ err }, "could not remove a checkpoint"));
  }

  async #outcomeOf<T>(act: () => Promise<T>): Promise<T | AttemptReport> {
    try {
      return await act();
    } catch (error) {
      this.#options.signal.throwIfAborted();
      const cause: unknown = error instanceof Error && error.name === "AbortError" ? error.cause : error;
      if (cause instanceof AttemptCancelled) return { kind: "stopped", reason: cause.message };
      const transient = !(error instanceof JobError);
      if (transient) this.#options.log.warn({ err: error }, "attempt failed, another may succeed");
      return { kind: "failed", transient, error: (error instanceof Error && error.message) || String(error) };
    }
  }

  async #train(): Promise<Training> {
    const { checkpoints, checkpointMs, codeVersion, datasets, maxValues, memoryPerJobMib } = this.#options;
    const { target, parameters, dataset_location } = this.#job;
    const signal = AbortSignal.any([this.#options.signal, this.#cancelled]);
    const isTransient = (error: unknown) => !(error instanceof JobError) && !signal.aborted;
    const checkpoint = (this.#checkpoint = await retry(() => checkpoints.start(this.#job, signal), {
      attempts: 5,
      isTransient,
      signal,
    }));
    if (checkpoint.starts > maxStarts) {
      throw new JobError(
        `${maxStarts} engines in a row ended while they ran this attempt, none with more progress than the one before. ` +
          "The job itself may be ending them, most likely by the memory that it takes. Try it with fewer rows.",
      );
    }
    const dataset = await retry(() => openDataset(datasets, dataset_location, signal), {
      attempts: 5,
      isTransient,
      signal,
    });
    const reporter = this.#reporter;
    const file = limitBytes(dataset, datasets.maxBytes, (share, step) => reporter.progress(share * readingShare, step));
    const task = {
      format: dataset.format,
      target,
      parameters,
      maxValues,
      dbConnectorUrl: datasets.dbConnectorUrl,
      codeVersion,
      checkpointMs,
      resumeFrom: checkpoint.resumeFrom,
    };
    const listener = {
      progress: (share: number, step: string) => reporter.progress(readingShare + share * (1 - readingShare), step),
      log: (text: string) => reporter.line(text),
      checkpoint: (state: BoundState) => checkpoint.save(state),
    };
    return trainInWorker(file, task, listener, { memoryPerJobMib, signal });
  }

  async #register(training: Training): Promise<AttemptReport> {
    const { registry, signal } = this.#options;
    this.#cancelled.throwIfAborted();
    this.#reporter.progress(1, "registering the model");
    try {
      return success(await registry.register(this.#job, training, { signal, giveUp: this.#cancelled }));
    } catch (error) {
      // The registry may have registered the model although the call seemed to fail.
      const known = error instanceof AttemptCancelled ? await registry.versionOf(this.#job, signal) : undefined;
      if (known) return success(known);
      throw error;
    }
  }
}

function success({ name, version, metrics }: ModelVersion): AttemptReport {
  return { kind: "succeeded", model: { name, version }, metrics };
}
