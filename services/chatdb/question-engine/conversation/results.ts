import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { plural } from "../language/tokens.ts";
import type { Aggregate, InnerQuery, QueryPlan } from "../plan/plan.ts";
import { isAggregated } from "../plan/scope.ts";
import { isToOne } from "../plan/source-table.ts";
import { isOverTable, pruned, type TablePlan } from "./graft.ts";

export type Selected = QueryPlan["select"][number];

/** What plans over the rows of another plan call it. */
const found = "found";

export const isAggregate = (item: Selected): item is Selected & { value: Aggregate } => item.value.kind === "aggregate";

/** A plan as part of another one, or undefined where it has parts of its own. */
export function asInner(plan: QueryPlan): InnerQuery | undefined {
  const { combine, from, where, ...clauses } = plan;
  const flat = where.filter((each) => each.kind !== "measured" && each.kind !== "member");
  return combine || "query" in from || flat.length < where.length ? undefined : { ...clauses, from, where: flat };
}

/** All of the rows, where a plan gives only the first ones. */
export function withoutLimit<P extends QueryPlan>(plan: P): P {
  const whole = { ...plan };
  delete whole.limit;
  delete whole.offset;
  return whole;
}

/** A plan over the rows that another one gives. */
export function overRowsOf(
  plan: QueryPlan,
  select: Selected[],
  orderBy: QueryPlan["orderBy"] = [],
): QueryPlan | undefined {
  const query = asInner(plan);
  return (
    query && {
      from: { as: found, query },
      joins: [],
      select,
      distinct: false,
      where: [],
      groupBy: [],
      having: [],
      orderBy,
    }
  );
}

/** How many rows a plan gives; of one number, how many rows it was computed over. */
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
    pruned(
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

/** The number of rows of what a plan is about, each counted once. */
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

/** The rows that a plan picks, in another order than the one by which it picked them. */
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

/** Columns of a result have different names, whatever their case. */
export function withDistinctNames(select: readonly Selected[]): Selected[] {
  const names = new Set<string>();
  return select.map(({ value, as }) => {
    let name = names.has(as.toLowerCase()) && value.kind === "column" ? `${value.source}_${as}` : as;
    for (let n = 2; names.has(name.toLowerCase()); n++) name = `${as}_${n}`;
    names.add(name.toLowerCase());
    return { value, as: name };
  });
}
