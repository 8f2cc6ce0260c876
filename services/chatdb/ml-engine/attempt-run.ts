import type { TrainingJob } from "@chatdb/contracts/jobs.ts";
import type { ModelVersion } from "@chatdb/contracts/models.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import { metered, openDataset, type DatasetSources } from "./datasets/source.ts";
import type { EngineMetrics } from "./metrics.ts";
import type { News, Outcome } from "./news.ts";
import type { Registry } from "./registry.ts";
import { retry } from "./retry.ts";
import { Stopped } from "./stops.ts";
import { JobError } from "./training/job-error.ts";
import { trainInWorker, type BoundState, type Training } from "./training/trainer.ts";

export interface AttemptOptions {
  datasets: DatasetSources;
  registry: Registry;
  checkpoints: Checkpoints;
  metrics: EngineMetrics;
  /** Of this program. */
  codeVersion: string;
  /** Of one training, MiB. */
  memoryMb: number;
  /** Rows times columns of a dataset, at most. */
  maxValues: number;
  /** Milliseconds between two states of a training that are kept. */
  checkpointMs: number;
  /** Stops trainings; their jobs are then taken up again by another engine. */
  signal: AbortSignal;
  log: Logger;
}

/** Starts that come no further, before an attempt is given up: it may be what ends the engines. */
const mostStarts = 5;

/** Of the whole work, reading the dataset. */
const readingShare = 0.1;

/** One attempt at a job, from its dataset to the registered version. Whatever ends it is an outcome; only the engine's stop is thrown. */
export class AttemptRun {
  readonly #job: TrainingJob;
  readonly #stopped: AbortSignal;
  readonly #news: News;
  readonly #options: AttemptOptions;
  #checkpoint: Checkpoint | undefined;

  constructor(job: TrainingJob, { stopped, news }: { stopped: AbortSignal; news: News }, options: AttemptOptions) {
    this.#job = job;
    this.#stopped = stopped;
    this.#news = news;
    this.#options = options;
  }

  /** The outcome, where there is nothing to run: the job has its version (an engine may have died after it registered it), or is to be left. */
  ended(): Promise<Outcome | undefined> {
    return this.#outcomeOf(async () => {
      const known = await this.#options.registry.versionOf(this.#job, this.#options.signal);
      if (known) return success(known);
      this.#stopped.throwIfAborted();
      return undefined;
    });
  }

  async run(): Promise<Outcome> {
    const stop = this.#options.metrics.trainings.startTimer();
    try {
      return await this.#outcomeOf(async () => this.#register(await this.#train()));
    } catch (error) {
      await this.#checkpoint
        ?.uncount()
        .catch((err: unknown) => this.#options.log.warn({ err }, "a start that was not cut off stays counted"));
      throw error;
    } finally {
      stop();
    }
  }

  /** Removes what was kept for an attempt that is over. */
  async tidy(): Promise<void> {
    await this.#checkpoint
      ?.remove()
      .catch((err: unknown) => this.#options.log.warn({ err }, "a checkpoint is left behind"));
  }

  async #outcomeOf<T>(act: () => Promise<T>): Promise<T | Outcome> {
    try {
      return await act();
    } catch (error) {
      this.#options.signal.throwIfAborted();
      const stop: unknown = error instanceof Error && error.name === "AbortError" ? error.cause : error;
      if (stop instanceof Stopped) return { kind: "stopped", reason: stop.message };
      const passing = !(error instanceof JobError);
      if (passing) this.#options.log.warn({ err: error }, "attempt failed, another may succeed");
      return { kind: "failed", passing, error: (error instanceof Error && error.message) || String(error) };
    }
  }

  async #train(): Promise<Training> {
    const { checkpoints, checkpointMs, codeVersion, datasets, maxValues, memoryMb } = this.#options;
    const { target, parameters, dataset_location } = this.#job;
    const signal = AbortSignal.any([this.#options.signal, this.#stopped]);
    const passing = (error: unknown) => !(error instanceof JobError) && !signal.aborted;
    const checkpoint = (this.#checkpoint = await retry(() => checkpoints.start(this.#job, signal), {
      passing,
      signal,
    }));
    if (checkpoint.starts > mostStarts) {
      throw new JobError(
        `${mostStarts} engines in a row were cut off while they ran this attempt, and none came further than the one before it. It may be this job that ends them: by the memory that it takes, most likely. Try it with fewer rows.`,
      );
    }
    const dataset = await retry(() => openDataset(datasets, dataset_location, signal), { passing, signal });
    const news = this.#news;
    const file = metered(dataset, datasets.maxBytes, (share, step) => news.progress(share * readingShare, step));
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
      progress: (share: number, step: string) => news.progress(readingShare + share * (1 - readingShare), step),
      log: (text: string) => news.line(text),
      checkpoint: (state: BoundState) => checkpoint.keep(state),
    };
    return trainInWorker(file, task, listener, { memoryMb, signal });
  }

  async #register(training: Training): Promise<Outcome> {
    const { registry, signal } = this.#options;
    this.#stopped.throwIfAborted();
    this.#news.progress(1, "registering the model");
    try {
      return success(await registry.register(this.#job, training, { signal, giveUp: this.#stopped }));
    } catch (error) {
      // What seemed to fail may have been done.
      const known = error instanceof Stopped ? await registry.versionOf(this.#job, signal) : undefined;
      if (known) return success(known);
      throw error;
    }
  }
}

function success({ name, version, metrics }: ModelVersion): Outcome {
  return { kind: "succeeded", model: { name, version }, metrics };
}
