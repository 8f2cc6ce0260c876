import type { SchemaIndex } from "../linking/schema-index.ts";
import type { QueryPlan } from "../plan/plan.ts";
import type { FollowUpMarkers } from "./follow-up-markers.ts";

/** The input for reading a follow-up. */
export interface Context {
  before: QueryPlan;
  markers: FollowUpMarkers;
  index: SchemaIndex;
  /** Stems of the question's words. */
  said: ReadonlySet<string>;
}

/** A plan that follows up on another one. */
export interface Continuation {
  plan: QueryPlan;
  /** Improbability of this reading: 0 if every word was understood as it is. */
  cost: number;
  /** Words that the reading ignores. */
  unread: readonly string[];
}
