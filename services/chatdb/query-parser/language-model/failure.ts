/** Why a language model gave no answer at all. */
export type FailureReason =
  /** Not within the time. */
  | "late"
  /** No connection, or one that broke. */
  | "unreachable"
  /** The key, or the lack of one. */
  | "refused"
  /** Too many requests. */
  | "limited"
  /** Any other status. */
  | "failed"
  /** An answer that is too long, or not of the API. */
  | "unintelligible";

/** A call of a language model that came to nothing. The message names no value of a question, and no key. */
export class ModelFailure extends Error {
  override readonly name = "ModelFailure";
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
