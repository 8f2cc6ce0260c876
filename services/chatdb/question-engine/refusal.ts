import type { Interpretation } from "@chatdb/contracts/query.ts";

/** A question that was not understood, and why. Thrown instead of guessing. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** The words in question. */
  readonly words: readonly string[];
  /** What could be asked instead, or what there is to choose from. */
  readonly hints: readonly string[];
  /** What may have been meant, the likeliest first. */
  readonly alternatives: readonly Interpretation[];
  /** Nobody else need be asked either. */
  readonly final: boolean;

  constructor(
    message: string,
    details: {
      words?: readonly string[];
      hints?: readonly string[];
      alternatives?: readonly Interpretation[];
      final?: boolean;
    } = {},
  ) {
    super(message);
    this.words = details.words ?? [];
    this.hints = details.hints ?? [];
    this.alternatives = details.alternatives ?? [];
    this.final = details.final ?? false;
  }
}
