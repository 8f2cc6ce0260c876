import type { InnerQuery, QueryPlan } from "./plan.ts";

/** Builds a plan that selects from the rows of an inner query, and nothing else. */
export const queryOver = (
  as: string,
  query: InnerQuery,
  select: QueryPlan["select"],
  orderBy: QueryPlan["orderBy"] = [],
): QueryPlan => ({
  from: { as, query },
  joins: [],
  select,
  distinct: false,
  where: [],
  groupBy: [],
  having: [],
  orderBy,
});
