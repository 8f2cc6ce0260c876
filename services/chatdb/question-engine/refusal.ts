import type { Interpretation } from "@chatdb/contracts/query.ts";

/** Thrown when the engine has no plan that it is confident of, because a guess would give a wrong answer unnoticed. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** The words that caused the refusal. */
  readonly words: readonly string[];
  /** Suggestions for another wording, or names to choose from. */
  readonly hints: readonly string[];
  /** Possible readings, the likeliest first. */
  readonly alternatives: readonly Interpretation[];
  /** Whether the refusal is final, so that the language model is not asked either. */
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
