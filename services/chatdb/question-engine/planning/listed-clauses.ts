import type { Attribute } from "../grammar/frame.ts";
import { namesOf } from "../linking/labels.ts";
import type { ColumnRef } from "../plan/plan.ts";
import { addConditionsOf } from "./add-conditions.ts";
import { asColumn, isColumn } from "../plan/plan.ts";
import type { Clauses, Draft } from "./draft.ts";

/** The clauses of a plan that lists rows as they are. */
export function listedClauses(draft: Draft): Clauses {
  const { distinct, filters, orders, limit, nth, topics, show, asks } = draft.frame;
  const shown = shownOf(draft);
  addConditionsOf(draft);
  const orderBy = orders.map(({ by, direction, picks }) => ({
    value: asColumn(draft.refOf(by as Attribute, picks)),
    direction,
  }));
  const picks = orders.some((order) => order.picks);
  const bare = topics.length === 0 && filters.length === 0 && show.length > 0;
  const each =
    distinct ||
    (asks && shown.length === 1 && orders.length === 0 && hasRepeatedValues(shown[0]!, draft)) ||
    (bare && shown.every((ref) => hasRepeatedValues(ref, draft)));
  const sortable = !each || orderBy.every(({ value }) => shown.some((ref) => isColumn(value, ref)));
  return {
    select: shown.map((ref) => ({ value: asColumn(ref), as: ref.column })),
    distinct: each && sortable,
    groupBy: [],
    having: [],
    orderBy,
    limit: limit ?? (picks ? 1 : undefined),
    offset: nth === undefined ? undefined : nth - 1,
  };
}

/** Whether a column has few values that repeat. */
function hasRepeatedValues({ source, column: name }: ColumnRef, { builder: { root, from } }: Draft): boolean {
  const column = source === from.as ? root.columns.find((each) => each.name === name) : undefined;
  return column?.samples !== undefined && (root.rowEstimate ?? 0) >= 2 * column.samples.length;
}

function shownOf(draft: Draft): ColumnRef[] {
  const {
    frame: { show },
    builder,
  } = draft;
  if (show.length === 0 || show.some(({ kind }) => kind === "everything")) {
    draft.surprise += show.length === 0 ? 0.2 : 0;
    const input = show.length === 0 ? (named(draft) ?? sortedBy(draft)) : undefined;
    if (input && input.length > 0) return input;
    return builder.root.columns.map(({ name }) => ({ source: builder.from.as, column: name }));
  }
  const refs = draft.attributes.map((attribute) => draft.refOf(attribute));
  return refs.filter((ref, place) => refs.findIndex((each) => isColumn(asColumn(each), ref)) === place);
}

/**
 * What to show where nothing is named: labels ("which students"), or the column of the condition ("which city is in
 * ...").
 */
function named(draft: Draft): ColumnRef[] | undefined {
  const { topics, filters, asks } = draft.frame;
  if (!asks) return undefined;
  if (topics.length === 0) {
    const [attribute] = filters.flatMap((filter) =>
      filter.kind === "attribute" && filter.attribute?.kind === "name" ? [filter.attribute] : [],
    );
    return attribute && [draft.refOf(attribute)];
  }
  const names = namesOf(draft.builder.root);
  return names.length === 0 ? undefined : names.map(({ name }) => ({ source: draft.builder.from.as, column: name }));
}

/** The label that the question sorts by: "the services in alphabetical order". */
function sortedBy(draft: Draft): ColumnRef[] | undefined {
  const [order] = draft.frame.orders;
  return order && typeof order.by === "object" && order.by.kind === "label" && !order.picks
    ? [draft.refOf(order.by)]
    : undefined;
}
