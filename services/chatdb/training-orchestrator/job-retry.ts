import type { JobPhase } from "@chatdb/contracts/jobs.ts";
import { pauseAfter } from "@platform/kit/retry.ts";

/** The attempt that a job is in, and the last one that it may make. */
interface Attempts {
  attempt: number;
  last_attempt: number;
}

/** Computes the pause before the next attempt of a job that failed so many times, milliseconds. */
export type RetryPause = (failures: number) => number;

/** One second, doubled after each further failure up to a minute, with a jitter down to half of it. */
export const retryPause: RetryPause = (failures) =>
  pauseAfter(failures, { pauseMs: 1000, maxPauseMs: 60_000 }) * (0.5 + Math.random() / 2);

/** Decides whether a transient failure is retried: as long as attempts are left. A permanent failure never is. */
export function phaseAfterTransientFailure({ attempt, last_attempt }: Attempts): JobPhase {
  return attempt < last_attempt ? "retrying" : "failed";
}

/**
 * Counts the failed attempts since the job was queued, by a client or at its start, for attempts up to `max_attempts`.
 */
export function failuresOf({ attempt, last_attempt }: Attempts, max_attempts: number): number {
  return max_attempts - (last_attempt - attempt);
}
