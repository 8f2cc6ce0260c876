import { kindOf } from "../column-kind.ts";
import type { Measure, Order } from "../grammar/frame.ts";
import { plural } from "../language/tokens.ts";
import { isKey } from "../linking/labels.ts";
import type { Aggregate, ColumnRef, Expression } from "../plan/plan.ts";
import { prefixes } from "./derived-plans.ts";
import { asColumn } from "../plan/plan.ts";
import type { Draft, Selected } from "./draft.ts";
import { isMeasure, rowCount } from "./frame-adjustments.ts";
import { canMeasure } from "./resolver.ts";

/** An aggregate under the name of its column. */
export type Computed = Selected & { value: Aggregate };

/**
 * Writes a measure as an aggregate and adds the joins that it needs. Joins that fan out must have been added before.
 */
export function aggregateOf(measure: Measure, draft: Draft): Computed {
  const { builder, resolver } = draft;
  const { root, fansOut, from } = builder;
  const { of, fn, distinct } = measure;
  if (of?.kind === "revenue") return revenueOf(draft);
  if (!of || of.kind === "rows") {
    if (of && resolver.table(of.table, draft.tables) !== root) draft.surprise += 1.5;
    const value: Aggregate = fansOut
      ? { kind: "aggregate", fn, of: builder.keyOf(root, from.as).map(asColumn), distinct: true }
      : { kind: "aggregate", fn, of: [] };
    return { value, as: `number_of_${plural(root.name)}` };
  }
  const { table, column } = resolver.column(of, [root, ...draft.near], canMeasure(measure));
  if (!builder.isToOne(table)) draft.surprise += 1;
  if (fansOut && (fn === "sum" || fn === "avg")) draft.surprise += 0.5;
  const ref = asColumn(builder.column(table, column.name));
  if (fn === "count") {
    const key = isKey(table, column) && table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
    return {
      value: { kind: "aggregate", fn, of: [ref], ...(key && !distinct ? {} : { distinct: true }) },
      as: `number_of_${plural(column.name)}`,
    };
  }
  // "the largest major" does not mean the text that sorts last.
  if (kindOf(column) === "text") draft.surprise += 1;
  return { value: { kind: "aggregate", fn, of: [ref] }, as: `${prefixes[fn]}_${column.name}` };
}

/** Sums what was paid: the column that holds it, or quantity times price. */
function revenueOf({ resolver, builder, near }: Draft): Computed {
  const { table, columns } = resolver.revenue(near);
  const [first, second] = columns.map(({ name }) => builder.column(table, name));
  const value = second
    ? { kind: "arithmetic" as const, op: "*" as const, left: first!, right: second }
    : asColumn(first!);
  return { value: { kind: "aggregate", fn: "sum", of: [value] }, as: "revenue" };
}

/** The expression that grouped results are sorted by. */
export function orderValue(
  by: Order["by"],
  computed: readonly Selected[],
  groupBy: readonly ColumnRef[],
  draft: Draft,
): Expression {
  if (by === "frequency") return aggregateOf(rowCount, draft).value;
  if (by === "result") return computed[0]?.value ?? aggregateOf(rowCount, draft).value;
  if (isMeasure(by)) return aggregateOf(by, draft).value;
  const grouped = draft.resolver
    .candidates(by)
    .flatMap(({ table, column }) =>
      groupBy.filter((ref) => ref.source === draft.builder.sourceOf(table) && ref.column === column.name),
    )[0];
  return asColumn(grouped ?? draft.refOf(by));
}
