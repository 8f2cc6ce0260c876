import { trainingStop, type TrainingJob, type TrainingStop } from "@chatdb/contracts/jobs.ts";
import { jobsKeptMs } from "@chatdb/contracts/topics.ts";
import type { Logger } from "@platform/kit/log.ts";
import { z } from "zod";

type Attempt = Pick<TrainingJob, "job_id" | "attempt">;

/** An attempt was left because the orchestrator said so. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The attempts that are to be left. A stop may come before its attempt, or in the midst of it. */
export class Stops {
  readonly #log: Logger;
  /** By job, the latest last. */
  readonly #stops = new Map<string, TrainingStop>();
  readonly #running = new Set<{ attempt: Attempt; controller: AbortController }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Takes a message of `training-control`. */
  take(message: unknown): void {
    const { data: stop, error } = trainingStop.safeParse(message);
    if (!stop) {
      this.#log.error({ message, problems: z.prettifyError(error) }, "not a stop, skipped");
      return;
    }
    this.#forget();
    const known = this.#stops.get(stop.job_id);
    if (known && known.up_to_attempt >= stop.up_to_attempt) return;
    this.#stops.delete(stop.job_id);
    this.#stops.set(stop.job_id, stop);
    for (const { attempt, controller } of this.#running) this.#check(attempt, controller);
  }

  /** Runs an attempt with a signal that aborts with a {@link Stopped}: at once where it was stopped before. */
  async whileRunning<T>(attempt: Attempt, run: (stopped: AbortSignal) => Promise<T>): Promise<T> {
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
    const stop = this.#stops.get(job_id);
    if (stop && attempt <= stop.up_to_attempt) controller.abort(new Stopped(stop.reason));
  }

  /** Drops stops of attempts that Kafka has no longer. */
  #forget(): void {
    const oldest = Date.now() - jobsKeptMs;
    for (const [id, { at }] of this.#stops) if (Date.parse(at) < oldest) this.#stops.delete(id);
  }
}
