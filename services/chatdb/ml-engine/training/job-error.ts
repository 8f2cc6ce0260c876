/** A job cannot succeed however often it is tried: the reason, for people. Anything else that is thrown may pass, and is retried. */
export class JobError extends Error {
  override readonly name = "JobError";
}
