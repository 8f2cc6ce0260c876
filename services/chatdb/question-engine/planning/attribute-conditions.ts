import type { Column, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import type { Filter, Predicate, TableMention } from "../grammar/frame.ts";
import type { Direction } from "../language/lexicon.ts";
import type { Comparison, Condition, InnerQuery } from "../plan/plan.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import { isKey, namesOf } from "../linking/labels.ts";
import { nameParts } from "../linking/column-words.ts";
import { canHave } from "../linking/condition-columns.ts";
import { comparisonsFor, opposite, valuesFor, type OpenComparison } from "./open-comparisons.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { wordsOf, type Resolver, type TableColumn } from "./resolver.ts";

type Attributed = Extract<Filter, { kind: "attribute" }>;

export interface Scope {
  index: SchemaIndex;
  resolver: Resolver;
  builder: PlanBuilder;
  /** The tables that the question names, in its order. */
  mentioned: readonly { mention: TableMention; table: Table }[];
  /** Receives conditions that must hold, or must not hold, for other rows that show the same values. */
  combine: (op: "intersect" | "except", filter: Filter, others: readonly Filter[]) => void;
  /**
   * The root's column whose values the question is about, if it is not about rows; a value may occur in several rows.
   */
  valuesOf?: Column;
  /** The table whose rows are counted right before the condition: "no orders in 2024". */
  beside?: Table;
}

/** Adds the conditions on columns to a plan; conditions on numbers of related rows are added elsewhere. */
export function addConditions(filters: readonly Filter[], scope: Scope): void {
  for (const filter of filters) {
    if (filter.kind !== "attribute") continue;
    const before = scope.builder.where.length;
    const beside = filters.find((other) => other.kind === "related" && other.end === filter.at);
    addCondition(
      filter,
      beside?.kind === "related"
        ? { ...scope, beside: scope.resolver.table(beside.table, [scope.builder.root]) }
        : scope,
    );
    if (filter.or) joinByOr(scope.builder.where, before);
  }
}

/** Joins the conditions from index `from` on to the one before them by "or". */
function joinByOr(where: Condition[], from: number): void {
  const added = where
    .slice(from)
    .filter((each) => each.kind !== "measured" && each.kind !== "member" && each.kind !== "either");
  const last = where[from - 1];
  if (added.length === 0 || !last || last.kind === "measured" || last.kind === "member") return;
  const alternatives = last.kind === "either" ? last.of : [[last]];
  where.splice(from - 1, Infinity, { kind: "either", of: [...alternatives, added] });
}

function addCondition(filter: Attributed, scope: Scope): void {
  const { builder } = scope;
  const { predicate } = filter;
  if (isPerson(filter, scope)) return;
  const found = columnOf(filter, scope);
  const { table, column } = found;
  const held = (open: OpenComparison) => (source: string) =>
    ({ kind: "column", column: { source, column: column.name }, ...open }) as Comparison;
  if (predicate.kind === "measured") {
    const of = predicate.of ? scope.resolver.column(predicate.of, [table], isNumber) : found;
    builder.where.push({
      kind: "measured",
      column: builder.column(table, column.name),
      op: predicate.op,
      query: measuredOver(of, predicate, filter, scope),
    });
    return;
  }
  if (predicate.kind === "frequent") {
    builder.where.push({
      kind: "member",
      column: builder.column(table, column.name),
      op: filter.denied ? "not in" : "in",
      query: mostFrequentOf(found, predicate.direction, scope),
    });
    return;
  }
  const opens = comparisonsFor(predicate, found);
  const negative = opens.every(({ op }) => op === "<>" || op === "none of" || op === "lacks");
  if (builder.isBranch(table) && negative !== filter.denied) {
    return builder.exclude(table, (source) =>
      (negative ? opens.map(opposite) : opens).map((open) => held(open)(source)),
    );
  }
  if (filter.denied && scope.valuesOf && scope.valuesOf !== column && table === builder.root)
    return scope.combine("except", filter, [{ ...filter, denied: false }]);
  if (filter.denied) return deny(opens, table, held, builder);
  if (predicate.kind === "value" && predicate.both && builder.isBranch(table)) {
    for (const value of valuesFor(predicate, found)) builder.requireSome(table, held({ op: "=", value }));
    return;
  }
  if (predicate.kind === "value" && predicate.both && predicate.explicit) {
    const [first, ...others] = predicate.choices.map((choice) => ({ ...predicate, both: false, choices: [choice] }));
    scope.combine(
      "intersect",
      filter,
      others.map((other) => ({ ...filter, predicate: other })),
    );
    return addCondition({ ...filter, predicate: first! }, scope);
  }
  for (const open of opens) builder.restrict(table, held(open));
}

/** A query for the value that occurs in the most rows, or in the fewest. */
function mostFrequentOf({ table, column }: TableColumn, direction: Direction, { builder }: Scope): InnerQuery {
  const { from } = builder.another(table);
  const ref = { kind: "column" as const, source: from.as, column: column.name };
  const orderBy = [{ value: { kind: "aggregate" as const, fn: "count" as const, of: [] }, direction }];
  return {
    from,
    joins: [],
    select: [{ value: ref, as: column.name }],
    distinct: false,
    where: [],
    groupBy: [ref],
    having: [],
    orderBy,
    limit: 1,
  };
}

/** A query for an aggregate of a column over all rows, or over the rows with certain values. */
function measuredOver(
  of: TableColumn,
  { fn, within }: Extract<Predicate, { kind: "measured" }>,
  filter: Attributed,
  scope: Scope,
): InnerQuery {
  const inner = scope.builder.another(of.table);
  if (within) addCondition({ ...filter, attribute: undefined, predicate: within }, { ...scope, builder: inner });
  const value = {
    kind: "aggregate" as const,
    fn,
    of: [{ kind: "column" as const, ...inner.column(of.table, of.column.name) }],
  };
  const where = inner.where.filter((each) => each.kind !== "measured" && each.kind !== "member");
  return {
    from: inner.from,
    joins: inner.joins,
    select: [{ value, as: `${fn}_${of.column.name}` }],
    distinct: false,
    where,
    groupBy: [],
    having: [],
    orderBy: [],
  };
}

/** Adds a negated conjunction: the opposite of at least one comparison holds. */
function deny(
  opens: readonly OpenComparison[],
  table: Table,
  held: (open: OpenComparison) => (source: string) => Comparison,
  builder: PlanBuilder,
): void {
  const before = builder.where.length;
  for (const open of opens) builder.restrict(table, held(opposite(open)));
  const added = builder.where.slice(before).filter((each) => each.kind === "column");
  if (added.length > 1) builder.where.splice(before, Infinity, { kind: "either", of: added.map((each) => [each]) });
}

const isNumber = ({ table, column }: TableColumn) =>
  kindOf(column) === "number" && !(isKey(table, column) && table.primaryKey.includes(column.name));

/** Whether a first and a last name are the only names of a row. */
function isCalledByParts(table: Table): boolean {
  return namesOf(table).length === 2;
}

/** The people table nearest to the root, if the words look like a person's name: "written by Ada Lovelace". */
function nearestPeople(words: readonly string[], { index, builder: { root } }: Scope): Table | undefined {
  if (
    words.length !== 2 ||
    !words.every((word) => /^\p{Lu}/u.test(word)) ||
    index.people.some(({ table }) => table === root)
  )
    return undefined;
  const steps = ({ table }: { table: Table }) => index.graph.distance(root, table);
  return index.people.filter((each) => steps(each) <= maxStepsToPeople).sort((a, b) => steps(a) - steps(b))[0]?.table;
}

const maxStepsToPeople = 3;

/** Adds the conditions on first and last name for a person: "Ada Lovelace". Returns false if the filter names none. */
function isPerson({ attribute, predicate, ...filter }: Attributed, scope: Scope): boolean {
  const words =
    attribute?.kind === "label" && predicate.kind === "text" && predicate.op === "=" && predicate.texts.length === 1
      ? predicate.texts[0]!.split(/\s+/)
      : [];
  if (words.length < 2) return false;
  const values = [words[0]!, words.slice(1).join(" ")];
  const near = nearTables({ ...filter, attribute }, scope);
  const seen = (table: Table) =>
    nameParts(table)?.every(({ samples }, place) =>
      samples?.some((sample) => sample.toLowerCase() === values[place]!.toLowerCase()),
    );
  const table =
    [...near, ...scope.index.schema.tables].find(seen) ??
    near.slice(0, 2).find(isCalledByParts) ??
    (attribute?.kind === "label" && attribute.object ? nearestPeople(words, scope) : undefined);
  const parts = table && nameParts(table);
  if (!parts) return false;
  for (const [place, column] of parts.entries()) {
    scope.builder.restrict(table, (source) => ({
      kind: "column",
      column: { source, column: column.name },
      op: filter.denied ? "<>" : "=",
      value: values[place]!,
      ignoreCase: true,
    }));
  }
  return true;
}

/** The tables that a condition may be about: the one named right after it, the one named before it, then the root. */
function nearTables(
  { at, end, of, attribute }: Pick<Attributed, "at" | "end" | "of" | "attribute">,
  { builder, mentioned, resolver, beside }: Scope,
): Table[] {
  const next = of ? resolver.table(of) : mentioned.find(({ mention }) => mention.at === end)?.table;
  const before = mentioned.filter(({ mention }) => mention.at <= at).at(-1)?.table;
  // "the orders of customers in 2024" were placed then: the time is about the root rather than the table it belongs to.
  if (attribute?.kind === "time" && !next && !beside && before && before !== builder.root && builder.isToOne(before))
    return [builder.root];
  return [
    ...new Set([
      ...(next ? [next] : []),
      ...(beside ? [beside] : []),
      ...(before ? [before] : []),
      builder.root,
      ...mentioned.map(({ table }) => table),
    ]),
  ];
}

function columnOf(filter: Attributed, scope: Scope): TableColumn {
  const { attribute, predicate, at, words } = filter;
  const { resolver, mentioned } = scope;
  const near = nearTables(filter, scope);
  const suits = canHave(predicate);
  const seen = predicate.kind === "value" ? predicate.choices[0]!.values : [];
  if (!attribute) {
    const candidates = seen.map(({ table, column, cost }) => ({
      table,
      column,
      cost: cost + (isKey(table, column) ? 0.3 : 0),
    }));
    return resolver.pick(`value ${at}`, words, candidates, near, suits);
  }
  if (attribute.kind === "label" && predicate.kind === "text") {
    // A text that is a sampled value somewhere is unlikely to name a row elsewhere.
    const elsewhere = predicate.texts.some((text) => scope.index.values.of(text).length > 0);
    const subject = attribute.object ? mentioned[0]?.table : undefined;
    const candidates = resolver
      .candidates(attribute)
      .map((each) => ({ ...each, cost: each.cost + (elsewhere ? 1.6 : 0) + (each.table === subject ? 1.5 : 0) }));
    return resolver.pick(
      `text ${at}`,
      words,
      elsewhere ? candidates : seenIn(candidates, predicate.texts),
      near,
      ({ column }) => kindOf(column) === "text",
    );
  }
  if (predicate.kind === "text" && attribute.kind === "name" && !attribute.name.columns.some((each) => suits(each))) {
    // "the city of Paris": the name stands for a table, or for a column with other values.
    return resolver.pick(
      `text ${at}`,
      wordsOf(attribute),
      resolver.candidates({ kind: "label", words, at }).map((each) => ({ ...each, cost: each.cost + 0.5 })),
      near,
      suits,
    );
  }
  if (predicate.kind !== "text" || (predicate.op !== "=" && predicate.op !== "<>"))
    return resolver.column(attribute, near, suits);
  return resolver.pick(
    `text ${at}`,
    wordsOf(attribute),
    seenIn(resolver.candidates(attribute), predicate.texts, 0.15),
    near,
    suits,
    attribute.kind === "name" ? attribute.name.of : undefined,
  );
}

/** Raises the cost of columns whose known values do not include the texts. */
function seenIn<C extends TableColumn & { cost: number }>(
  candidates: readonly C[],
  texts: readonly string[],
  surprise = 0.6,
): C[] {
  return candidates.map((each) => {
    const known = each.column.samples?.map((sample) => sample.toLowerCase());
    return known && !texts.some((text) => known.includes(text.toLowerCase()))
      ? { ...each, cost: each.cost + surprise }
      : each;
  });
}
