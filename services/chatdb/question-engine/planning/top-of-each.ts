import type { Table } from "@chatdb/contracts/query.ts";
import type { Attribute, Frame, Item } from "../grammar/frame.ts";
import { isAttributeOrder } from "../grammar/ordering-rules.ts";
import { labelOf } from "../linking/labels.ts";
import type { Comparison, Join, QueryPlan, Related } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";

/** The root's columns that identify a row's group, and the group's label. */
interface Group {
  columns: readonly string[];
  called: Item;
}

/**
 * Plans the top rows of each group: "the most expensive product of each category". Ties are all included. Undefined if
 * the question is of another kind or does not fit one condition.
 */
export function topOfEach(draft: Draft): QueryPlan | undefined {
  const {
    groups: [group],
    orders: [order],
    limit = 1,
    nth,
    show,
  } = draft.frame;
  const { groups, orders } = draft.frame;
  if (
    !group ||
    group.kind === "period" ||
    !order?.picks ||
    !isAttributeOrder(order.by) ||
    groups.length > 1 ||
    orders.length > 1 ||
    nth !== undefined ||
    draft.measures.length > 0
  )
    return undefined;
  const { root } = draft.builder;
  const found = groupOf(group, draft);
  const { table, column } = draft.resolver.column(order.by, [root]);
  const label = labelOf(root);
  if (!found || table !== root || !label) return undefined;
  const shown = show.length > 0 ? show : [named(root, label.name, order.at)];
  const listed: Frame = { ...draft.frame, groups: [], orders: [], limit: undefined, show: [found.called, ...shown] };
  const plan = draft.another(listed).plan();
  const further = rankedHigher(plan, found, { column: column.name, op: order.direction === "desc" ? ">" : "<" }, limit);
  if (!further || !("table" in plan.from)) return undefined;
  const known = column.nullable
    ? [{ kind: "column" as const, column: { source: plan.from.as, column: column.name }, op: "present" as const }]
    : [];
  return { ...plan, where: [...plan.where, ...known, further] };
}

/** The condition that fewer than `limit` rows of the same group rank higher. */
function rankedHigher(
  { from, where, joins, combine }: QueryPlan,
  { columns }: Group,
  { column, op }: { column: string; op: "<" | ">" },
  limit: number,
): Related | undefined {
  const own = where.filter((each): each is Comparison => each.kind === "column" && each.column.source === from.as);
  // Other conditions would have to hold for the compared rows, too.
  if (combine || own.length < where.length || !("table" in from)) return undefined;
  const as = nameBeside(from.table, [from, ...joins]);
  const join: Join = {
    as,
    schema: from.schema,
    table: from.table,
    on: columns.map((each) => ({ left: { source: from.as, column: each }, right: each })),
  };
  return {
    kind: "related",
    joins: [join],
    where: own.map((each) => ({ ...each, column: { ...each.column, source: as } })),
    against: [{ inner: { source: as, column }, op, outer: { source: from.as, column } }],
    count: limit === 1 ? { op: "=", value: 0 } : { op: "<", value: limit },
  };
}

function nameBeside(table: string, sources: readonly { as: string }[]): string {
  let name = `${table}_2`;
  for (let n = 3; sources.some(({ as }) => as === name); n++) name = `${table}_${n}`;
  return name;
}

const named = (table: Table, name: string, at: number): Item => {
  const column = table.columns.find((each) => each.name === name)!;
  const attribute: Attribute = {
    kind: "name",
    name: { at, end: at, words: name, plural: false, columns: [{ table, column, cost: 0 }] },
  };
  return { kind: "attribute", attribute };
};

/** The group as a column of the root, or as the table that one of its keys references. */
function groupOf(
  group: Exclude<Frame["groups"][number], { kind: "period" }>,
  { resolver, builder: { root }, tables, input: { index } }: Draft,
): Group | undefined {
  if (group.kind === "attribute") {
    const { table, column } = resolver.column(group.attribute, tables);
    return table === root
      ? { columns: [column.name], called: { kind: "attribute", attribute: group.attribute } }
      : undefined;
  }
  const table = resolver.table(group.table, tables);
  const label = labelOf(table)?.name ?? table.primaryKey[0];
  const [step, ...others] = index.graph.shortestPaths(root, table)[0] ?? [];
  if (!step?.toOne || others.length > 0 || label === undefined) return undefined;
  return { columns: step.on.map(({ left }) => left), called: named(table, label, group.table.at) };
}
