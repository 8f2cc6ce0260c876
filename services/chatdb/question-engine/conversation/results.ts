import { queryOver } from "../plan/query-over.ts";
import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { plural } from "../language/tokens.ts";
import type { Aggregate, InnerQuery, QueryPlan } from "../plan/plan.ts";
import { isAggregated } from "../plan/scope.ts";
import { isToOne } from "../plan/source-table.ts";
import { isOverTable, withoutUnusedJoins, type TablePlan } from "./merge-joins.ts";

export type Selected = QueryPlan["select"][number];

/** Name of the inner plan inside the outer one. */
const found = "found";

export const isAggregate = (item: Selected): item is Selected & { value: Aggregate } => item.value.kind === "aggregate";

/** Converts a plan into an inner query. Undefined if it uses parts that inner queries do not have. */
export function asInner(plan: QueryPlan): InnerQuery | undefined {
  const { combine, from, where, ...clauses } = plan;
  const flat = where.filter((each) => each.kind !== "measured" && each.kind !== "member");
  return combine || "query" in from || flat.length < where.length ? undefined : { ...clauses, from, where: flat };
}

/** Removes limit and offset. */
export function withoutLimit<P extends QueryPlan>(plan: P): P {
  const whole = { ...plan };
  delete whole.limit;
  delete whole.offset;
  return whole;
}

/** Builds a plan over the result of another one. */
export function overRowsOf(
  plan: QueryPlan,
  select: Selected[],
  orderBy: QueryPlan["orderBy"] = [],
): QueryPlan | undefined {
  const query = asInner(plan);
  return query && queryOver(found, query, select, orderBy);
}

/** Counts the rows of a plan; for a single number, the rows behind it. */
export function counted(plan: QueryPlan, schema: DatabaseSchema): QueryPlan | undefined {
  const rows: Aggregate = { kind: "aggregate", fn: "count", of: [] };
  const { limit, offset } = plan;
  const rest = withoutLimit(plan);
  const single = isAggregated(plan) && plan.groupBy.length === 0 && plan.having.length === 0;
  if (!isOverTable(plan) && !plan.combine && !isAggregated(plan) && !plan.distinct && limit === undefined)
    return { ...rest, select: [{ value: rows, as: "number" }], orderBy: [] };
  const whole = single || (!isAggregated(plan) && !plan.distinct && limit === undefined && offset === undefined);
  if (!whole || plan.combine || !isOverTable(plan)) return overRowsOf(plan, [{ value: rows, as: "number" }]);
  const value = single ? rowsOfRoot(plan, schema) : rows;
  return (
    value &&
    withoutUnusedJoins(
      {
        ...rest,
        from: plan.from,
        distinct: false,
        select: [{ value, as: `number_of_${plural(plan.from.table)}` }],
        orderBy: [],
      },
      schema,
    )
  );
}

/** Counts the rows of the plan's table, each once. */
function rowsOfRoot({ from, joins }: TablePlan, schema: DatabaseSchema): Aggregate | undefined {
  if (joins.every((join) => isToOne(join, schema))) return { kind: "aggregate", fn: "count", of: [] };
  const key =
    schema.tables.find(({ schema: space, name }) => space === from.schema && name === from.table)?.primaryKey ?? [];
  return key.length === 0
    ? undefined
    : {
        kind: "aggregate",
        fn: "count",
        of: key.map((column) => ({ kind: "column", source: from.as, column })),
        distinct: true,
      };
}

/** Sorts the picked rows of a plan by another order than the one that picked them. */
export function resorted(
  plan: QueryPlan,
  orderBy: QueryPlan["orderBy"],
  isSame: (one: unknown, other: unknown) => boolean,
): QueryPlan | undefined {
  const columns = plan.select.map(({ as }): Selected => ({ value: { kind: "column", source: found, column: as }, as }));
  const order = orderBy.flatMap(({ value, direction }) => {
    const place = plan.select.findIndex((each) => isSame(each.value, value));
    return place < 0 ? [] : [{ value: columns[place]!.value, direction }];
  });
  return order.length < orderBy.length ? undefined : overRowsOf(plan, columns, order);
}

/** Makes the names of result columns distinct, ignoring case. */
export function withDistinctNames(select: readonly Selected[]): Selected[] {
  const names = new Set<string>();
  return select.map(({ value, as }) => {
    let name = names.has(as.toLowerCase()) && value.kind === "column" ? `${value.source}_${as}` : as;
    for (let n = 2; names.has(name.toLowerCase()); n++) name = `${as}_${n}`;
    names.add(name.toLowerCase());
    return { value, as: name };
  });
}
