/** Why a language model gave no answer. */
export type FailureReason =
  /** The time was up. */
  | "late"
  /** The connection failed or broke. */
  | "unreachable"
  /** The key is missing or refused. */
  | "refused"
  /** The server limits the rate of requests. */
  | "limited"
  /** The server answered with another error status. */
  | "failed"
  /** The answer is too long or does not follow the API. */
  | "unintelligible";

/** Thrown when a call of the model fails. The message contains no value of the question and no key. */
export class ModelFailure extends Error {
  override readonly name = "ModelFailure";
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
