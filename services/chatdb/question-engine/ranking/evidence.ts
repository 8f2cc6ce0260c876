import type { QueryPlan } from "../plan/plan.ts";

/** What is known of a plan that a question may mean. */
export interface Evidence {
  plan: QueryPlan;
  /** Words that were passed over. */
  unread: readonly string[];
  /** What tells likely plans from others, in the order of the ranker's feature names. */
  features: ArrayLike<number>;
}
