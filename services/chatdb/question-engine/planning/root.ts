import type { Table } from "@chatdb/contracts/query.ts";
import { Refusal } from "../refusal.ts";
import { suits } from "./aggregates.ts";
import type { Draft } from "./draft.ts";

/** What is known of a plan before it is known what it is about. */
type Unrooted = Pick<
  Draft,
  "asked" | "frame" | "resolver" | "near" | "mentioned" | "measures" | "attributes" | "required"
>;

/** The table whose rows are counted, computed over or listed. @throws Refusal where there is none */
export function rootOf(draft: Unrooted): Table {
  const { resolver, near, frame } = draft;
  const [measure] = draft.measures;
  if (measure?.of?.kind === "revenue") return resolver.revenue(near).table;
  if (measure?.of?.kind === "rows") return resolver.table(measure.of.table, [...near, ...shownNear(draft)]);
  if (measure?.of) return resolver.column(measure.of, near, suits(measure)).table;
  const { required } = draft;
  if (required) return resolver.table(required.table);
  const [head] = draft.mentioned;
  if (head) return head.table;
  const [first] = draft.attributes;
  if (first) return resolver.column(first, []).table;
  for (const group of frame.groups) {
    if (group.kind === "rows") return resolver.table(group.table);
    if (group.kind === "attribute") return resolver.column(group.attribute, []).table;
  }
  return rootOfConditions(draft);
}

/** Where nothing is shown: what the conditions are about. */
function rootOfConditions({ frame, resolver, asked: { index } }: Unrooted): Table {
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

/** Where the column that is shown first may be. */
function shownNear({ attributes: [first], resolver }: Unrooted): Table[] {
  const candidates = first ? resolver.candidates(first) : [];
  const best = Math.min(...candidates.map(({ cost }) => cost));
  return candidates.filter(({ cost }) => cost === best).map(({ table }) => table);
}
