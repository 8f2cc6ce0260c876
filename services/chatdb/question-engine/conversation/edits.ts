import { isDeepStrictEqual } from "node:util";
import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { labelOf } from "../linking/labels.ts";
import type { Aggregate, ColumnRef, Comparator, Condition, Expression, QueryPlan, Scalar } from "../plan/plan.ts";
import { isAggregated, Scope } from "../plan/scope.ts";
import { isToOne, tableOf } from "../plan/source-table.ts";
import { mergeConditions } from "./condition-changes.ts";
import {
  mergeJoins,
  isOverTable,
  withoutUnusedJoins,
  renameSources,
  type Rows,
  type TablePlan,
} from "./merge-joins.ts";
import type { Manner } from "./follow-up-phrases.ts";
import { asInner, isAggregate, resorted, withDistinctNames, withoutLimit, type Selected } from "./results.ts";

/** Edits that bring parts of another plan about the same table into a plan. Undefined if they do not fit. */

const isSame = isDeepStrictEqual;

/** Applies a change of rows to a plan, to its inner plan and to the plans that it is combined with. */
export function onRows(plan: QueryPlan, change: (rows: Rows) => Rows | undefined): QueryPlan | undefined {
  if (!isOverTable(plan)) {
    if (!("query" in plan.from) || plan.combine) return undefined;
    const inner = onRows(plan.from.query, change);
    const query = inner && asInner(inner);
    return query && { ...plan, from: { ...plan.from, query } };
  }
  const changed = change(plan);
  if (!changed) return undefined;
  if (!plan.combine) return { ...plan, ...changed };
  const combine = plan.combine.map(({ op, query }) => {
    const inner = query.from.table === plan.from.table ? onRows(query, change) : undefined;
    const flat = inner && asInner(inner);
    return flat && { op, query: flat };
  });
  return combine.every((each) => each !== undefined) ? { ...plan, ...changed, combine } : undefined;
}

/** Adds the conditions of the other plan. */
export function withConditions(plan: QueryPlan, other: Rows, manner: Manner): QueryPlan | undefined {
  return onRows(plan, (rows) => {
    const { joins, rename } = mergeJoins(rows, other);
    return { from: rows.from, joins, where: mergeConditions(rows.where, renameSources(other.where, rename), manner) };
  });
}

/** Drops the conditions that match the test. Undefined if none does. */
export function withoutConditions(
  plan: QueryPlan,
  isDropped: (condition: Condition, rows: Pick<Rows, "from" | "joins">) => boolean,
  schema: DatabaseSchema,
): QueryPlan | undefined {
  let dropped = 0;
  const kept = <C extends Condition>(where: readonly C[], rows: Pick<Rows, "from" | "joins">): C[] =>
    where.flatMap((condition): C[] => {
      if (isDropped(condition, rows)) {
        dropped++;
        return [];
      }
      if (condition.kind !== "related" || condition.where.length === 0) return [condition];
      const inner = kept(condition.where, { from: condition.joins[0]!, joins: condition.joins });
      // Without its own condition, "customers with shipped orders" keeps the customers with any orders.
      return [{ ...condition, where: inner }];
    });
  const changed = onRows(plan, ({ from, joins, where }) => ({ from, joins, where: kept(where, { from, joins }) }));
  if (!changed || dropped === 0) return undefined;
  return isOverTable(changed) && !changed.combine ? withoutUnusedJoins(changed, schema) : changed;
}

/** Tells whether a join repeats rows, apart from the given joins. */
const repeats = (plan: Rows, schema: DatabaseSchema, but: Rows["joins"] = []) =>
  plan.joins.some((join) => !but.includes(join) && !isToOne(join, schema));

/** Replaces or extends what a plan computes over its rows or groups. */
export function withMeasures(
  plan: QueryPlan,
  other: TablePlan,
  keeps: boolean,
  schema: DatabaseSchema,
): QueryPlan | undefined {
  if (!isOverTable(plan) || plan.combine) return undefined;
  const { joins, rename } = mergeJoins(plan, other);
  const measures = other.select
    .filter(isAggregate)
    .map(({ value, as }) => ({ value: renameSources(value, rename), as }));
  const grouped = plan.groupBy.length > 0;
  if (measures.length === 0 || repeats({ ...plan, joins }, schema)) return undefined;
  const before = isAggregated(plan) ? plan.select.filter((item) => !isAggregate(item) || keeps) : [];
  const select = withDistinctNames([
    ...before,
    ...measures.filter(({ value }) => !before.some((each) => isSame(each.value, value))),
  ]);
  const orderBy = grouped
    ? plan.orderBy.map((each) =>
        each.value.kind === "aggregate" && !keeps ? { ...each, value: measures[0]!.value } : each,
      )
    : [];
  return withoutUnusedJoins(
    { ...(grouped ? plan : withoutLimit(plan)), joins, select, orderBy, distinct: false },
    schema,
  );
}

/** Replaces or extends the shown columns. */
export function withColumns(
  plan: QueryPlan,
  other: TablePlan,
  keeps: boolean,
  schema: DatabaseSchema,
): { plan: QueryPlan; cost: number } | undefined {
  if (!isOverTable(plan) || plan.combine) return undefined;
  const computed = isAggregated(plan) && plan.groupBy.length === 0;
  if (computed && keeps) return undefined;
  const { joins, rename } = mergeJoins(plan, other);
  const shown = other.select
    .filter((item) => !isAggregate(item))
    .map(({ value, as }) => ({ value: renameSources(value, rename) as Scalar, as }));
  const before = keeps ? plan.select : [];
  const further = shown.filter(({ value }) => !before.some((each) => isSame(each.value, value)));
  const fresh =
    isAggregated(plan) && !computed
      ? further.filter(({ value }) => !plan.groupBy.some((group) => isSame(group, value)))
      : [];
  // A column with one value per group does not divide the groups.
  const divides = fresh.some(({ value }) => !isOfKey(value, plan, schema));
  // The question names shown columns only, so it asks for these alone, with the rows' label.
  if (further.length === 0 && keeps && !isAggregated(plan))
    return { plan: { ...plan, select: withLabel(plan, shown, schema) }, cost: 0.3 };
  const several = repeats({ ...plan, joins }, schema, plan.joins);
  if (several && isAggregated(plan)) return undefined;
  const changed = {
    ...plan,
    ...(computed ? { having: [], orderBy: [] } : {}),
    joins,
    select: withDistinctNames([...before, ...further]),
    groupBy: [...plan.groupBy, ...fresh.map(({ value }) => value)],
  };
  return { plan: withoutUnusedJoins(changed, schema), cost: (divides ? 0.6 : 0) + (several ? 0.5 : 0) };
}

function withLabel({ from, select }: TablePlan, shown: readonly Selected[], schema: DatabaseSchema): Selected[] {
  const table = tableOf(from, schema);
  const label = table && labelOf(table);
  const called = select.filter(
    ({ value }) =>
      value.kind === "column" &&
      value.source === from.as &&
      value.column === label?.name &&
      !shown.some((each) => isSame(each.value, value)),
  );
  return withDistinctNames([...called, ...shown]);
}

/** Tells whether a value belongs to a row whose key is among the grouping values. */
function isOfKey(value: Scalar, { from, joins, groupBy }: TablePlan, schema: DatabaseSchema): boolean {
  if (value.kind !== "column") return false;
  const source = [from, ...joins].find(({ as }) => as === value.source);
  const key = (source && tableOf(source, schema)?.primaryKey) ?? [];
  return (
    key.length > 0 &&
    key.every((column) => groupBy.some((group) => isSame(group, { kind: "column", source: value.source, column })))
  );
}

/** Replaces or extends the groups; a plan that lists rows then counts them per group. */
export function withGroups(
  plan: QueryPlan,
  other: TablePlan,
  keeps: boolean,
  schema: DatabaseSchema,
): QueryPlan | undefined {
  if (!isOverTable(plan) || plan.combine) return undefined;
  const { joins, rename } = mergeJoins(plan, other);
  const before = plan.select.filter(isAggregate);
  const computed = before.length > 0;
  if (repeats({ ...plan, joins }, schema)) return undefined;
  const select = renameSources(
    other.select.map(({ value }) => value),
    rename,
  ).map((value, place): Selected => ({ value, as: other.select[place]!.as }));
  const keys = select.filter((item) => !isAggregate(item));
  const groupBy = renameSources(other.groupBy, rename);
  const old = keeps && computed ? plan.groupBy.filter((group) => !groupBy.some((each) => isSame(each, group))) : [];
  const oldKeys =
    keeps && computed
      ? plan.select.filter((item) => !isAggregate(item) && !keys.some(({ value }) => isSame(value, item.value)))
      : [];
  const measures = computed ? before : select.filter(isAggregate);
  const { orderBy } = plan;
  const ranked = computed && orderBy.some(({ value }) => value.kind === "aggregate");
  const order = [
    ...renameSources(other.orderBy, rename),
    ...orderBy.filter(({ value }) => ranked && value.kind === "aggregate"),
  ];
  return withoutUnusedJoins(
    {
      ...(ranked ? plan : withoutLimit(plan)),
      joins,
      select: withDistinctNames([...oldKeys, ...keys, ...measures]),
      groupBy: [...old, ...groupBy],
      orderBy: order,
      distinct: false,
    },
    schema,
  );
}

/** Sorts by the terms of the other plan. */
export function sortedLike(plan: TablePlan, other: TablePlan, schema: DatabaseSchema): QueryPlan | undefined {
  const { joins, rename } = mergeJoins(plan, other);
  if (repeats({ ...plan, joins }, schema, plan.joins)) return undefined;
  return inOrder(
    { ...plan, joins },
    other.orderBy.map(({ value, direction }) => ({ value: renameSources(value, rename), direction })),
  );
}

/** Sorts the rows, and keeps the rows that another order picked. */
export function inOrder(plan: QueryPlan, orderBy: QueryPlan["orderBy"], picks = false): QueryPlan | undefined {
  // "by price, most expensive first" names one term twice.
  const terms = orderBy.filter(
    ({ value }, place) => !orderBy.slice(place + 1).some((later) => isSame(later.value, value)),
  );
  if (terms.length === 0) return undefined;
  const rows =
    !picks &&
    plan.limit !== undefined &&
    plan.orderBy.length > 0 &&
    !isSame(
      plan.orderBy.map(({ value }) => value),
      terms.map(({ value }) => value),
    );
  return (rows ? resorted(plan, terms, isSame) : undefined) ?? { ...plan, orderBy: terms };
}

export function reversed(plan: QueryPlan): QueryPlan | undefined {
  if (plan.orderBy.length === 0) return undefined;
  return {
    ...plan,
    orderBy: plan.orderBy.map(({ value, direction }) => ({ value, direction: direction === "asc" ? "desc" : "asc" })),
  };
}

/** Limits the rows; an unsorted plan with groups is first sorted by its result, largest first. */
export function limited(
  plan: QueryPlan,
  limit: number,
  rank?: "top" | "bottom",
): { plan: QueryPlan; cost: number } | undefined {
  const rest = withoutLimit(plan);
  const [measure] = plan.select.filter(isAggregate);
  if (plan.orderBy.length === 0 && measure && plan.groupBy.length > 0) {
    const orderBy: { value: Expression; direction: "asc" | "desc" }[] = [
      { value: measure.value, direction: rank === "bottom" ? "asc" : "desc" },
    ];
    return { plan: { ...rest, orderBy, limit }, cost: rank ? 0 : 0.2 };
  }
  if (isAggregated(plan) && plan.groupBy.length === 0) return undefined;
  const [term] = plan.orderBy;
  if (rank && term?.value.kind === "aggregate") {
    return {
      plan: { ...rest, orderBy: plan.orderBy.with(0, { ...term, direction: rank === "top" ? "desc" : "asc" }), limit },
      cost: 0,
    };
  }
  if (rank === "bottom") {
    const turned = reversed(rest);
    return turned && { plan: { ...turned, limit }, cost: 0.1 };
  }
  // "top" rarely refers to a plan without an order.
  return { plan: { ...rest, limit }, cost: rank === "top" && plan.orderBy.length === 0 ? 0.8 : 0 };
}

interface Threshold {
  op: Comparator;
  than: number;
  /** The function of the bounded result; undefined for any. */
  fn?: Aggregate["fn"];
}

/** Keeps the groups whose result meets the thresholds. */
export function withThresholds(plan: QueryPlan, thresholds: readonly Threshold[]): QueryPlan | undefined {
  const measures = plan.select.filter(isAggregate);
  const measure =
    measures.find(({ value }) => thresholds.every(({ fn }) => fn === value.fn)) ??
    (thresholds.some(({ fn }) => fn !== undefined) ? undefined : measures[0]);
  if (!measure || plan.groupBy.length === 0 || plan.combine) return undefined;
  const side = (op: string) => op[0];
  const kept = plan.having.filter(
    (each) => !(isSame(each.value, measure.value) && thresholds.some(({ op }) => side(op) === side(each.op))),
  );
  return { ...plan, having: [...kept, ...thresholds.map(({ op, than }) => ({ value: measure.value, op, than }))] };
}

/**
 * Replaces the conditions on a finer column by those of the other plan: "in France" after "in Berlin". Undefined if no
 * condition is on a finer column.
 */
export function withCoarserConditions(plan: QueryPlan, other: Rows, schema: DatabaseSchema): QueryPlan | undefined {
  const [condition, ...further] = other.where;
  if (!isOverTable(plan) || condition?.kind !== "column" || condition.op !== "=" || further.length > 0)
    return undefined;
  const { rename } = mergeJoins(plan, other);
  const column = renameSources(condition.column, rename);
  const scope = Scope.of(plan, schema);
  const fineness = (ref: ColumnRef) => scope.find(ref)?.samples?.length ?? 0;
  const isFiner = (each: Condition) =>
    each.kind === "column" &&
    each.op === "=" &&
    each.column.source === column.source &&
    each.column.column !== column.column &&
    fineness(each.column) > fineness(column) &&
    fineness(column) > 0;
  const without = withoutConditions(plan, isFiner, schema);
  return without && withConditions(without, other, "replace");
}
