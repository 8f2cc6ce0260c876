import { attemptCancellation, type TrainingJob, type AttemptCancellation } from "@chatdb/contracts/jobs.ts";
import { jobsKeptMs } from "@chatdb/contracts/topics.ts";
import type { Logger } from "@platform/kit/log.ts";
import { z } from "zod";

type Attempt = Pick<TrainingJob, "job_id" | "attempt">;

/** Thrown in an attempt that the orchestrator cancelled. */
export class AttemptCancelled extends Error {
  override readonly name = "AttemptCancelled";
}

/** Keeps which attempts are cancelled. A cancellation may arrive before its attempt, or while it runs. */
export class Cancellations {
  readonly #log: Logger;
  /** The latest last. */
  readonly #byJob = new Map<string, AttemptCancellation>();
  readonly #running = new Set<{ attempt: Attempt; controller: AbortController }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Handles a message of `training-control`. */
  handle(message: unknown): void {
    const { data: stop, error } = attemptCancellation.safeParse(message);
    if (!stop) {
      this.#log.error({ message, problems: z.prettifyError(error) }, "skipped a message that is not a cancellation");
      return;
    }
    this.#dropOld();
    const known = this.#byJob.get(stop.job_id);
    if (known && known.up_to_attempt >= stop.up_to_attempt) return;
    this.#byJob.delete(stop.job_id);
    this.#byJob.set(stop.job_id, stop);
    for (const { attempt, controller } of this.#running) this.#check(attempt, controller);
  }

  /** Runs an attempt with a signal that aborts with an {@link AttemptCancelled}, at once if it was cancelled before. */
  async whileRunning<T>(attempt: Attempt, run: (cancelled: AbortSignal) => Promise<T>): Promise<T> {
    const running = { attempt, controller: new AbortController() };
    this.#check(attempt, running.controller);
    this.#running.add(running);
    try {
      return await run(running.controller.signal);
    } finally {
      this.#running.delete(running);
    }
  }

  #check({ job_id, attempt }: Attempt, controller: AbortController): void {
    const stop = this.#byJob.get(job_id);
    if (stop && attempt <= stop.up_to_attempt) controller.abort(new AttemptCancelled(stop.reason));
  }

  /** Drops cancellations of attempts that Kafka no longer keeps. */
  #dropOld(): void {
    const oldest = Date.now() - jobsKeptMs;
    for (const [id, { at }] of this.#byJob) if (Date.parse(at) < oldest) this.#byJob.delete(id);
  }
}
