import type { Condition, QueryPlan } from "../plan/plan.ts";

/** What is known of a plan that a question may mean. */
export interface Evidence {
  plan: QueryPlan;
  /** What it cost to read the question so. */
  reading: number;
  /** What it cost to find the names in the schema. */
  naming: number;
  /** What speaks against the plan as a whole. */
  surprise: number;
  /** Words that were passed over. */
  unread: readonly string[];
  /** Words in the question. */
  length: number;
}

const upTo = (most: number, value: number) => Math.min(most, value);

const count = (conditions: readonly Condition[], kind: Condition["kind"]) => conditions.filter((each) => each.kind === kind).length;

/** By which the likely plans are told from the others. Costs count more the smaller they are: each is given up to several limits. */
const features = {
  reading: ({ reading }) => upTo(5, reading),
  slightReading: ({ reading }) => upTo(0.3, reading),
  someReading: ({ reading }) => upTo(1.2, reading),
  naming: ({ naming }) => upTo(4, naming),
  slightNaming: ({ naming }) => upTo(0.15, naming),
  someNaming: ({ naming }) => upTo(0.6, naming),
  surprise: ({ surprise }) => upTo(3, surprise),
  length: ({ length }) => Math.log2(1 + length),
  joins: ({ plan }) => upTo(4, plan.joins.length),
  related: ({ plan }) => count(plan.where, "related"),
  either: ({ plan }) => count(plan.where, "either"),
  nested: ({ plan }) => count(plan.where, "measured") + count(plan.where, "member"),
  conditions: ({ plan }) => upTo(4, plan.where.length),
  groups: ({ plan }) => upTo(1, plan.groupBy.length),
  having: ({ plan }) => upTo(1, plan.having.length),
  combined: ({ plan }) => plan.combine?.length ?? 0,
  derived: ({ plan }) => Number("query" in plan.from),
  columns: ({ plan }) => upTo(4, plan.select.length),
  everything: ({ plan }) => Number(plan.select.length > 4),
  distinct: ({ plan }) => Number(plan.distinct),
  rankedAggregate: ({ plan }) => Number(plan.limit !== undefined && plan.orderBy.some(({ value }) => value.kind === "aggregate")),
  ranked: ({ plan }) => Number(plan.limit !== undefined),
  sorted: ({ plan }) => Number(plan.orderBy.length > 0),
  distinctRows: ({ plan }) => plan.select.filter(({ value }) => value.kind === "aggregate" && value.distinct).length,
} satisfies Record<string, (evidence: Evidence) => number>;

export const featureNames = Object.keys(features);

/** What says how sure to be of a plan, but not which of two is meant: it would prefer those that leave something out. */
const ofSurenessAlone = new Set(["conditions", "columns", "everything", "distinctRows"]);

/** Those by which plans for one question are told from each other. */
export const preferenceNames = featureNames.filter((name) => !ofSurenessAlone.has(name));

/** In the order of {@link featureNames}. */
export const featuresOf = (evidence: Evidence): number[] => Object.values<(evidence: Evidence) => number>(features).map((feature) => feature(evidence));

