import type { Table } from "@chatdb/contracts/query.ts";
import { Refusal } from "../refusal.ts";
import type { Frame, Measure, TableMention } from "../grammar/frame.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import { requiredCount, shownAttributes } from "./frame-adjustments.ts";
import { canMeasure, type Resolver } from "./resolver.ts";

/** What is known of a question before its root table is. */
export interface RootInput {
  frame: Frame;
  index: SchemaIndex;
  resolver: Resolver;
  /** The tables that the question names, in its order. */
  mentioned: readonly { mention: TableMention; table: Table }[];
  measures: readonly Measure[];
}

/** The table whose rows are counted, computed over or listed. @throws Refusal where there is none */
export function rootOf(input: RootInput): Table {
  const { resolver, frame, mentioned } = input;
  const near = mentioned.map(({ table }) => table);
  const [measure] = input.measures;
  if (measure?.of?.kind === "revenue") return resolver.revenue(near).table;
  if (measure?.of?.kind === "rows") return resolver.table(measure.of.table, [...near, ...tablesOfFirstColumn(input)]);
  if (measure?.of) return resolver.column(measure.of, near, canMeasure(measure)).table;
  const required = requiredCount(frame);
  if (required) return resolver.table(required.table);
  const [head] = mentioned;
  if (head) return head.table;
  const [first] = shownAttributes(frame);
  if (first) return resolver.column(first, []).table;
  for (const group of frame.groups) {
    if (group.kind === "rows") return resolver.table(group.table);
    if (group.kind === "attribute") return resolver.column(group.attribute, []).table;
  }
  return rootOfConditions(input);
}

/** The table that the conditions are about, where nothing is shown. */
function rootOfConditions({ frame, resolver, index }: RootInput): Table {
  for (const filter of frame.filters) {
    if (filter.kind === "related") return resolver.table(filter.table);
    if (filter.kind === "having") continue;
    if (filter.attribute?.kind === "name") return resolver.column(filter.attribute, []).table;
    if (filter.predicate.kind !== "value") continue;
    const value = filter.predicate.choices[0]!.values[0]!;
    return index.ownerOfKinds(value) ?? value.table;
  }
  throw new Refusal("I did not understand what to show.", {
    hints: [`There are: ${index.schema.tables.map(({ name }) => name).join(", ")}.`],
  });
}

/** The tables that most likely have the column that is shown first. */
function tablesOfFirstColumn({ frame, resolver }: RootInput): Table[] {
  const [first] = shownAttributes(frame);
  const candidates = first ? resolver.candidates(first) : [];
  const best = Math.min(...candidates.map(({ cost }) => cost));
  return candidates.filter(({ cost }) => cost === best).map(({ table }) => table);
}
