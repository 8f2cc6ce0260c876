import type { Table } from "@chatdb/contracts/query.ts";
import type { Filter, Frame, Item } from "../grammar/frame.ts";
import type { Expression, QueryPlan, Scalar } from "../plan/plan.ts";
import { columnsIn, isAggregated } from "../plan/scope.ts";
import { plansOf } from "../planning/planner.ts";
import type { Context } from "./context.ts";
import {
  inOrder,
  limited,
  sortedLike,
  withCoarserConditions,
  withColumns,
  withConditions,
  withGroups,
  withMeasures,
  withThresholds,
} from "./edits.ts";
import { isOverTable, type TablePlan } from "./merge-joins.ts";
import type { Unit } from "./follow-up-phrases.ts";
import { counted, isAggregate, withoutLimit } from "./results.ts";
import { selectedBy } from "./selected.ts";

/** Factor on naming costs, since a follow-up more often names related data than a question of its own does. */
const nearness = 0.6;

/** Cost of reading "and the orders" as the condition that there are some. */
const bareMention = 0.6;

interface Changed {
  plan: QueryPlan;
  cost: number;
}

/** Tells whether a condition is on the result of each group rather than on its rows: "those with more than 50". */
export function isThreshold(filter: Filter, about: Table, { groupBy }: QueryPlan): boolean {
  if (groupBy.length === 0) return false;
  if (filter.kind === "having") return true;
  if (filter.kind === "related") return filter.table.tables.some(({ table }) => table === about);
  return filter.predicate.kind === "number" && filter.attribute?.kind === "number";
}

/** Changes a plan by one reading of a follow-up, part by part. */
export class Change {
  readonly #frame: Frame;
  readonly #table: Table;
  readonly #context: Context;
  readonly #unit: Unit | undefined;
  readonly #thresholds: Filter[];
  readonly #counts: boolean;

  constructor(frame: Frame, table: Table, context: Context, unit?: Unit) {
    const { before } = context;
    this.#table = table;
    this.#context = context;
    this.#unit = unit;
    this.#thresholds = frame.filters.filter((filter) => isThreshold(filter, table, before));
    const filters = frame.filters.filter((filter) => !this.#thresholds.includes(filter));
    const counts = frame.show.filter((item) => this.#countsRows(item));
    this.#counts = counts.length > 0;
    this.#frame = { ...frame, filters, show: frame.show.filter((item) => !counts.includes(item)) };
  }

  plans(): Changed[] {
    const { before, index, said } = this.#context;
    const { filters, show, groups, topics, rank, limit, nth, distinct } = this.#frame;
    const orders = this.#sortsRows() ? this.#frame.orders : [];
    if (
      nth !== undefined ||
      distinct ||
      show.some(({ kind }) => kind === "everything") ||
      filters.some(({ kind }) => kind === "having")
    )
      return [];
    if (filters.length + show.length + orders.length + groups.length + topics.length < 2) {
      // The reading has too few parts for a plan of its own.
      const sorted = this.#sorted(before);
      const changed = sorted && this.#finish({ plan: sorted, cost: 0 });
      return changed && changed.plan !== before ? [changed] : [];
    }
    const fragments = plansOf(
      { ...this.#frame, orders, rank: undefined, ...(rank || orders.length === 0 ? { limit: undefined } : { limit }) },
      index,
      said,
    );
    return fragments.flatMap(({ plan: fragment, naming, surprise }): Changed[] => {
      if (
        !isOverTable(fragment) ||
        fragment.combine ||
        fragment.from.table !== this.#table.name ||
        fragment.from.schema !== this.#table.schema
      )
        return [];
      if (isAggregated(fragment) && groups.length === 0 && !show.some(({ kind }) => kind === "measure")) return [];
      const nearby = naming * nearness;
      const changed = this.#changed(this.#inUnits(fragment));
      const against = (show.length === 0 ? Math.max(0, surprise - 0.2) : surprise) + this.#mentions();
      return [
        ...this.#coarser(fragment, nearby),
        ...(changed ? [{ plan: changed.plan, cost: changed.cost + nearby + against }] : []),
      ];
    });
  }

  /** Returns the cost of a bare mention: "and the orders?" more often asks for another table than for a condition. */
  #mentions(): number {
    const { filters, show, groups, topics } = this.#frame;
    const { markers, said } = this.#context;
    return topics.length > 1 &&
      show.length + groups.length + filters.length === 0 &&
      markers.manner !== "narrow" &&
      !said.has("with")
      ? bareMention
      : 0;
  }

  #coarser(fragment: TablePlan, cost: number): Changed[] {
    const { filters, show, groups, topics, orders } = this.#frame;
    const { before, markers, index } = this.#context;
    if (
      filters.length !== 1 ||
      topics.length + show.length + groups.length + orders.length > 1 ||
      markers.manner === "narrow"
    )
      return [];
    const plan = withCoarserConditions(before, fragment, index.schema);
    return plan ? [{ plan, cost }] : [];
  }

  /** Tells whether an item counts the rows of the plan's table: "how many", "how many customers". */
  #countsRows(item: Item): boolean {
    if (item.kind !== "measure" || item.fn !== "count" || item.distinct) return false;
    return (
      item.of === undefined ||
      (item.of.kind === "rows" && item.of.table.tables.some(({ table }) => table === this.#table))
    );
  }

  /** Groups by periods instead of exact times. */
  #inUnits(fragment: TablePlan): TablePlan {
    const unit = this.#unit;
    if (!unit) return fragment;
    const within = (value: Expression): Expression =>
      value.kind === "column"
        ? ({ kind: unit.kind, unit: unit.unit, of: { source: value.source, column: value.column } } as Scalar)
        : value;
    const groupBy = fragment.groupBy.map((value) => within(value) as Scalar);
    const select = fragment.select.map((item) =>
      item.value.kind === "column" ? { value: within(item.value), as: unit.unit } : item,
    );
    return { ...fragment, select, groupBy, orderBy: groupBy.map((value) => ({ value, direction: "asc" })) };
  }

  #changed(fragment: TablePlan): Changed | undefined {
    const { before, markers, index } = this.#context;
    const { filters, show, groups } = this.#frame;
    const keeps = markers.manner === "widen" || (markers.manner === undefined && markers.extendsRows);
    let cost = 0;
    let plan: QueryPlan | undefined = before;
    if (filters.length > 0 || this.#frame.topics.length > 1)
      plan = withConditions(plan, fragment, markers.manner ?? (markers.extendsRows ? "replace" : "narrow"));
    if (plan && show.some(({ kind }) => kind === "measure"))
      plan = withMeasures(
        plan,
        fragment,
        keeps && (markers.manner === "widen" || plan.groupBy.length > 0),
        index.schema,
      );
    else if (plan && show.length > 0 && groups.length === 0) {
      const shown: ReturnType<typeof withColumns> = withColumns(plan, fragment, keeps, index.schema);
      plan = shown?.plan;
      cost += shown?.cost ?? 0;
    }
    if (plan && groups.length > 0) plan = withGroups(plan, fragment, keeps, index.schema);
    const sorted = plan && this.#sorted(plan, fragment);
    // People more often sort by a column that the plan already joins.
    if (
      isOverTable(before) &&
      this.#frame.orders.length > 0 &&
      fragment.orderBy.some(({ value }) =>
        columnsIn(value).some(
          ({ source }) => source !== fragment.from.as && !before.joins.some(({ as }) => as === source),
        ),
      )
    )
      cost += 0.4;
    return sorted && this.#finish({ plan: sorted, cost });
  }

  /** Tells whether the plan can be sorted by any column, not only by the selected ones. */
  #sortsRows(): boolean {
    const { before } = this.#context;
    return isOverTable(before) && !isAggregated(before) && !before.combine && !before.distinct;
  }

  #sorted(plan: QueryPlan, fragment?: TablePlan): QueryPlan | undefined {
    const { orders } = this.#frame;
    if (orders.length === 0) return plan;
    const picks = orders.some((order) => order.picks);
    if (fragment && isOverTable(plan) && this.#sortsRows() && !isAggregated(plan)) {
      const sorted = sortedLike(picks ? withoutLimit(plan) : plan, fragment, this.#context.index.schema);
      return sorted && picks ? { ...sorted, limit: fragment.limit ?? 1 } : sorted;
    }
    const orderBy = orders.flatMap(({ by, direction }) => {
      const value = selectedBy(by, plan, this.#context.index);
      return value ? [{ value, direction }] : [];
    });
    if (orderBy.length < orders.length) return undefined;
    const sorted = inOrder(plan, orderBy, picks);
    return sorted && picks ? { ...withoutLimit(sorted), limit: this.#frame.limit ?? 1 } : sorted;
  }

  /** Applies the operations on results: thresholds, counting, limits. */
  #finish({ plan, cost }: Changed): Changed | undefined {
    const { limit, rank } = this.#frame;
    const thresholds = this.#thresholds.flatMap((filter) => {
      if (filter.kind !== "attribute")
        return [{ op: filter.op, than: filter.value, ...(filter.kind === "having" ? { fn: filter.measure.fn } : {}) }];
      return filter.predicate.kind === "number" ? [{ op: filter.predicate.op, than: filter.predicate.value }] : [];
    });
    const kept = thresholds.length > 0 ? withThresholds(plan, thresholds) : plan;
    // "how many in Germany?" after counts per country asks for one of these counts.
    const already =
      isAggregated(plan) &&
      plan.select.some((item) => isAggregate(item) && item.value.fn === "count") &&
      this.#frame.filters.length > 0;
    const numbered = kept && this.#counts && !already ? counted(kept, this.#context.index.schema) : kept;
    if (!numbered) return undefined;
    if (limit === undefined && rank === undefined) return { plan: numbered, cost };
    const first = limited(numbered, limit ?? 1, rank);
    return first && { plan: first.plan, cost: cost + first.cost };
  }
}
