import type { Filter, Item } from "../grammar/frame.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { aggregateOf, orderValue } from "./aggregates.ts";
import { addConditionsOf, type Threshold } from "./conditions.ts";
import { asColumn, type Clauses, type Draft, type Selected } from "./draft.ts";
import { isMeasure, rowCount } from "./frames.ts";
import { keysOf, periodsOf, type ShownKey } from "./keys.ts";

/** The rest of the plan of a question that computes something over rows. */
export function computedClauses(draft: Draft): Clauses {
  const { orders, limit, nth, show, filters } = draft.frame;
  const keys = keysOf(draft);
  const periods = periodsOf(draft);
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
  const select = [...periods, ...inOrder(show, keys.shown, computed)];
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

/** What has to hold of each group: how many rows it has, and what is computed of it. */
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

/** Results in the order in which they were asked for; keys that were only named as groups come first. */
function inOrder(show: readonly Item[], keys: readonly ShownKey[], computed: readonly Selected[]): Selected[] {
  const rest = [...computed];
  const named = keys
    .filter(({ item }) => item === undefined)
    .map(({ ref }) => ({ value: asColumn(ref), as: ref.column }));
  const asked = show.flatMap((item): Selected[] => {
    if (item.kind === "measure") return rest.splice(0, 1);
    return keys.filter((key) => key.item === item).map(({ ref }) => ({ value: asColumn(ref), as: ref.column }));
  });
  return [...named, ...asked, ...rest];
}
