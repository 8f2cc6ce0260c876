import type { SchemaIndex } from "../linking/schema-index.ts";
import type { QueryPlan } from "../plan/plan.ts";
import type { Continued } from "./opening.ts";

/** What a follow-up is read in. */
export interface Context {
  before: QueryPlan;
  how: Continued;
  index: SchemaIndex;
  /** Roots of the words of the question. */
  said: ReadonlySet<string>;
}

/** A plan that goes on from another one. */
export interface Continuation {
  plan: QueryPlan;
  /** How far-fetched it is to read what was said so: 0 where every word was understood. */
  cost: number;
  /** Words that were passed over. */
  unread: readonly string[];
}
