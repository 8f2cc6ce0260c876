import type { Evidence } from "@chatdb/question-engine/ranking.ts";

/** The plans of a question, each labelled right or wrong. */
export interface Labelled {
  /**
   * Group of the question in the cross-validation; questions about one schema resemble each other. Default: a group of
   * its own.
   */
  schema?: string;
  /** Weight of the question among the others. Default 1. */
  weight?: number;
  plans: readonly { evidence: Evidence; right: boolean }[];
}
