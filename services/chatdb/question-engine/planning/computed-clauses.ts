import type { Filter, Item } from "../grammar/frame.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { aggregateOf, orderValue } from "./aggregates.ts";
import { addConditionsOf, type Threshold } from "./add-conditions.ts";
import { asColumn } from "../plan/plan.ts";
import type { Clauses, Draft, Selected } from "./draft.ts";
import { isMeasure, rowCount } from "./frame-adjustments.ts";
import { groupKeysOf, groupPeriodsOf, type ShownKey } from "./group-keys.ts";

/** The clauses of a plan that computes something over rows. */
export function computedClauses(draft: Draft): Clauses {
  const { orders, limit, nth, show, filters } = draft.frame;
  const keys = groupKeysOf(draft);
  const periods = groupPeriodsOf(draft);
  const { required } = draft;
  const measures = show.filter(isMeasure);
  const implied =
    measures.length === 0 &&
    required === undefined &&
    orders.length === 0 &&
    !filters.some(({ kind }) => kind === "having")
      ? [rowCount]
      : [];
  const thresholds = addConditionsOf(draft, []);
  const computed = [...measures, ...implied].map((measure) => aggregateOf(measure, draft));
  const orderBy = orders.map(({ by, direction }) => ({
    value: orderValue(by, computed, keys.groupBy, draft),
    direction,
  }));
  const picks = orders.some((order) => order.picks);
  const grouped = keys.groupBy.length + periods.length > 0;
  if (!grouped && picks) draft.surprise += 1.5;
  const select = [...periods, ...selectInOrder(show, keys.shown, computed)];
  if (select.length === 0) throw new Refusal("I did not understand what to show.");
  return {
    select,
    distinct: false,
    groupBy: [...keys.groupBy.map(asColumn), ...periods.map(({ value }) => value)],
    having: havingOf([...(required ? [required] : []), ...thresholds], filters, draft),
    orderBy: !grouped
      ? []
      : orderBy.length > 0
        ? orderBy
        : periods.map(({ value }) => ({ value, direction: "asc" as const })),
    limit: grouped ? (limit ?? (picks ? 1 : undefined)) : undefined,
    offset: nth === undefined || !grouped ? undefined : nth - 1,
  };
}

/** The conditions on groups: their numbers of rows and their computed values. */
function havingOf(counted: readonly Threshold[], filters: readonly Filter[], draft: Draft): QueryPlan["having"] {
  const rows = counted.map(({ op, value }) => ({ value: aggregateOf(rowCount, draft).value, op, than: value }));
  return [
    ...rows,
    ...filters.flatMap((filter) =>
      filter.kind === "having"
        ? [{ value: aggregateOf(filter.measure, draft).value, op: filter.op, than: filter.value }]
        : [],
    ),
  ];
}

/** Orders the results as the question does. Keys that were named as groups only come first. */
function selectInOrder(show: readonly Item[], keys: readonly ShownKey[], computed: readonly Selected[]): Selected[] {
  const rest = [...computed];
  const named = keys
    .filter(({ item }) => item === undefined)
    .map(({ ref }) => ({ value: asColumn(ref), as: ref.column }));
  const input = show.flatMap((item): Selected[] => {
    if (item.kind === "measure") return rest.splice(0, 1);
    return keys.filter((key) => key.item === item).map(({ ref }) => ({ value: asColumn(ref), as: ref.column }));
  });
  return [...named, ...input, ...rest];
}
