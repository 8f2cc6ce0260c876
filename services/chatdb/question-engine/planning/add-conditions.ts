import type { Column, Table } from "@chatdb/contracts/query.ts";
import { emptyFrame, type Filter } from "../grammar/frame.ts";
import type { Comparator, InnerQuery } from "../plan/plan.ts";
import { labelOf } from "../linking/labels.ts";
import { Refusal } from "../refusal.ts";
import { innerOf } from "./derived-plans.ts";
import { asColumn } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import { addConditions } from "./attribute-conditions.ts";
import type { Pick } from "./frame-adjustments.ts";

/** The number of rows that each group must have. */
export interface Threshold {
  op: Comparator;
  value: number;
}

/**
 * Adds all conditions of a question to its plan.
 * @param thresholds for a query with groups: receives the conditions on the number of root rows per group
 * @returns these thresholds
 */
export function addConditionsOf(draft: Draft, thresholds?: Threshold[]): Threshold[] {
  const {
    frame: { filters },
    builder,
    resolver,
    mentioned,
    required,
  } = draft;
  for (const filter of filters) {
    if (filter.kind !== "related" || filter === required) continue;
    const table = resolver.table(filter.table, draft.tables);
    if (table === builder.root && filter.op === "=" && filter.value === 0)
      throw new Refusal(`I did not understand: no ${table.name} are without themselves.`, {
        words: [filter.table.words],
      });
    if (table !== builder.root) builder.require(table, filter.op, filter.value);
    else if (thresholds) thresholds.push({ op: filter.op, value: filter.value });
    else draft.surprise += 2;
  }
  addConditions(filters, {
    index: draft.input.index,
    resolver,
    builder,
    mentioned,
    combine: (op, filter, others) => combine(op, filter, others, draft),
    valuesOf: valuesOf(draft),
  });
  for (const { table } of mentioned) builder.mention(table);
  for (const pick of draft.picked) restrictToPicked(pick, draft);
  return thresholds ?? [];
}

/** Keeps the rows that belong to the thing that a superlative picks. */
function restrictToPicked({ topic, order }: Pick, draft: Draft): void {
  const { limit, nth } = draft.input.frame;
  const inner = draft.another({ ...emptyFrame, topics: [topic], orders: [order], limit, nth });
  const table = draft.resolver.table(topic, draft.near);
  const [key] = table.primaryKey;
  if (table.primaryKey.length !== 1 || key === undefined)
    throw new Refusal(`I cannot tell the rows of ${table.name} apart.`, { words: [topic.words] });
  draft.surprise += draft.builder.isToOne(table) ? 0 : 0.2;
  draft.builder.where.push({
    kind: "member",
    column: draft.builder.column(table, key),
    op: "in",
    query: keysOnly(inner, table, key),
  });
}

/** A query for the keys of the rows that a plan returns. */
function keysOnly(draft: Draft, table: Table, key: string): InnerQuery {
  const plan = innerOf(draft.plan());
  const source = draft.builder.sourceOf(table);
  if (source === undefined)
    throw new Refusal(`I did not understand what is said of ${table.name}.`, { words: [table.name] });
  return { ...plan, distinct: false, select: [{ value: asColumn({ source, column: key }), as: key }] };
}

/**
 * The column whose values the question is about, if it is not about rows: "the countries that ...", where no table
 * holds countries. A condition that must not hold for a value must not hold for any row that has the value.
 */
function valuesOf({
  frame: { show, topics, groups, orders },
  attributes: [attribute],
  builder,
  measures,
  resolver,
  tables,
}: Draft): Column | undefined {
  if (!attribute || show.length !== 1 || groups.length + orders.length + measures.length > 0) return undefined;
  if (attribute.kind !== "name" || attribute.name.of || topics.some(({ at }) => at <= attribute.name.at))
    return undefined;
  const { table, column } = resolver.column(attribute, tables);
  return table === builder.root && labelOf(table) !== column && !table.primaryKey.includes(column.name)
    ? column
    : undefined;
}

/**
 * Adds a query to intersect with (the same question with another condition in place of one) or to subtract (that
 * condition alone).
 */
function combine(
  op: "intersect" | "except",
  filter: Filter,
  others: readonly Filter[],
  { input: { frame }, combined }: Draft,
): void {
  combined.push(
    ...others.map((other) => ({
      op,
      frame: {
        ...frame,
        filters: op === "except" ? [other] : frame.filters.map((each) => (each === filter ? other : each)),
      },
    })),
  );
}
