/** A permanent failure of a job, with the reason for people. Any other error is transient, so the job is retried. */
export class JobError extends Error {
  override readonly name = "JobError";
}
