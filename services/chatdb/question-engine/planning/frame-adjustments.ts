import { kindOf } from "../column-kind.ts";
import type { Attribute, Filter, Frame, Item, Measure, Order, TableMention } from "../grammar/frame.ts";
import { isKey } from "../linking/labels.ts";

/** Counts the rows of the root. */
export const rowCount: Measure = { kind: "measure", at: -1, end: -1, fn: "count", distinct: false };

export const isMeasure = (by: Order["by"] | Item): by is Measure => typeof by === "object" && by.kind === "measure";

/** Resolves counts that may be names of columns: "number of employees" may be a column rather than a count. */
export function withAmbiguousCountsResolved(frame: Frame): Frame {
  // "stock by category" adds up.
  if (
    frame.groups.length > 0 &&
    frame.show.length > 0 &&
    frame.show.every((item) => item.kind === "attribute" && isAmount(item.attribute))
  ) {
    return {
      ...frame,
      show: frame.show.map((item) =>
        item.kind === "attribute" ? { ...rowCount, fn: "sum", of: item.attribute } : item,
      ),
    };
  }
  // "the name and city of each department" computes nothing.
  const computes =
    frame.show.some(isMeasure) ||
    frame.orders.some(({ by }) => isMeasure(by) || by === "frequency") ||
    frame.filters.some(({ kind }) => kind === "having");
  if (
    !computes &&
    frame.show.length > 0 &&
    frame.groups.length > 0 &&
    frame.groups.every(({ kind }) => kind === "rows")
  ) {
    const things = frame.groups.flatMap((group) =>
      group.kind === "rows" && !frame.topics.some(({ at }) => at === group.table.at) ? [group.table] : [],
    );
    return { ...frame, groups: [], topics: [...frame.topics, ...things] };
  }
  const lonely = frame.show.every(({ kind }) => kind === "measure");
  const show = frame.show.map((item): Item => {
    if (item.kind !== "measure" || item.fn !== "count" || item.distinct || !item.of || item.of.kind !== "name")
      return item;
    const [best] = [...item.of.name.columns].sort((a, b) => a.cost - b.cost);
    if (!best || kindOf(best.column) !== "number" || isKey(best.table, best.column)) return item;
    return lonely || frame.groups.length > 0 ? { ...item, fn: "sum" } : { kind: "attribute", attribute: item.of };
  });
  const orders = frame.orders.map((order): Order => {
    if (!isMeasure(order.by)) return order;
    const [by] = withAmbiguousCountsResolved({ ...frame, show: [order.by, { kind: "everything" }], orders: [] }).show;
    return by?.kind === "attribute" ? { ...order, by: by.attribute } : order;
  });
  return { ...frame, show, orders };
}

function isAmount(attribute: Attribute): boolean {
  if (attribute.kind !== "name") return false;
  const [best] = [...attribute.name.columns].sort((a, b) => a.cost - b.cost);
  return best !== undefined && kindOf(best.column) === "number" && !isKey(best.table, best.column);
}

/** Groups by the thing named before a count: "all allergies with the number of students". */
export function withImpliedGroup(frame: Frame): Frame {
  const [topic] = frame.topics;
  const [only] = frame.show;
  if (
    frame.groups.length > 0 ||
    frame.show.length !== 1 ||
    !topic ||
    !isMeasure(only!) ||
    only.of?.kind !== "rows" ||
    topic.at >= only.of.table.at
  )
    return frame;
  return { ...frame, groups: [{ kind: "rows", table: topic }] };
}

/**
 * Whether the measures count different rows, which one query cannot do: "the number of orders and of shipped orders".
 */
export function countsDifferentRows({ show, filters }: Frame): boolean {
  const [first, ...others] = show.filter(isMeasure);
  const last = others.at(-1);
  return first !== undefined && last !== undefined && filters.some(({ at }) => at > first.at && at < last.end);
}

/** A superlative and the thing that it picks. */
export interface Pick {
  topic: TableMention;
  order: Order;
}

/** Separates superlatives about things named later from those about the head topic. */
export function splitPicks(frame: Frame): [Frame, Pick[]] {
  const [head] = frame.topics;
  const picked = frame.orders.flatMap((order) => {
    const topic = order.picks ? frame.topics.filter(({ at }) => at < order.at).at(-1) : undefined;
    return topic && topic !== head && !sameTables(topic, head!) ? [{ topic, order }] : [];
  });
  // "the name and the city of the shop with the most sales" is about the shop.
  if (picked.length === 0 || frame.topics.length < 2) return [frame, []];
  return [
    {
      ...frame,
      orders: frame.orders.filter((order) => !picked.some((each) => each.order === order)),
      ...(frame.orders.length === picked.length ? { limit: undefined, nth: undefined } : {}),
    },
    picked,
  ];
}

const likeliest = ({ tables: [first, ...others] }: TableMention) =>
  others.reduce((best, each) => (best && best.cost <= each.cost ? best : each), first)?.table;

export const sameTables = (one: TableMention, other: TableMention) => likeliest(one) === likeliest(other);

/** The columns that a question shows. */
export const shownAttributes = ({ show }: Frame): Attribute[] =>
  show.flatMap((item) => (item.kind === "attribute" ? [item.attribute] : []));

/** "cities with more than 3 customers", where a city is a column: how many rows each of its values must have. */
export function requiredCount(frame: Frame): Extract<Filter, { kind: "related" }> | undefined {
  if (frame.topics.length > 0 || shownAttributes(frame).length === 0) return undefined;
  return frame.filters.find(
    (filter): filter is Extract<Filter, { kind: "related" }> =>
      filter.kind === "related" && !(filter.op === "=" && filter.value === 0),
  );
}
