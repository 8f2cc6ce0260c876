import type { Table } from "@chatdb/contracts/query.ts";
import { kindOf, type ColumnKind } from "./column-kind.ts";
import type { Attribute, Days, Draft, Filter, Name } from "./draft.ts";
import type { TimeRelation } from "./lexicon.ts";
import type { Comparison, Literal } from "./plan/plan.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { Refusal } from "./refusal.ts";
import { resolveColumn, resolveTable, type TableColumn } from "./resolve.ts";
import type { SchemaIndex } from "./schema-index.ts";

/** A comparison that waits for the column that it is about. */
type Open = Comparison extends infer C ? (C extends Comparison ? Omit<C, "kind" | "column"> : never) : never;

/** Adds the conditions of a question to its plan. */
export function addConditions(draft: Draft, index: SchemaIndex, builder: PlanBuilder): void {
  const mentioned = new Map([...(draft.head ? [draft.head] : []), ...draft.others].map((name) => [name, resolveTable(name)]));
  // What is counted is known first: the conditions that follow are about the rows that are counted.
  for (const filter of draft.filters) {
    if (filter.kind === "related") builder.require(resolveTable(filter.table), filter.op, filter.value);
  }
  const equal = new Set<string>();
  for (const filter of draft.filters) {
    if (filter.kind === "related") continue;
    const { table, column } = find(filter, draft, index, builder.root, mentioned);
    for (const condition of openConditions(filter, { table, column })) {
      const key = `${table.schema}.${table.name}.${column.name}`;
      if (condition.op === "=" && equal.has(key)) {
        throw new Refusal(`I did not understand: ${column.name} cannot have two values at once. Join them with "or".`, { words: [filter.words] });
      }
      if (condition.op === "=") equal.add(key);
      builder.restrict(table, (source) => ({ kind: "column", column: { source, column: column.name }, ...condition }));
    }
  }
  for (const table of mentioned.values()) builder.mention(table);
}

function find(filter: Exclude<Filter, { kind: "related" }>, draft: Draft, index: SchemaIndex, root: Table, mentioned: ReadonlyMap<Name, Table>): TableColumn {
  const tables = [...mentioned.values(), ...draft.filters.flatMap((each) => (each.kind === "related" ? [resolveTable(each.table)] : []))];
  // A condition belongs to the thing named before it or to the one that the question is about: to be sure, to one of them.
  const before = [...mentioned].filter(([{ at }]) => at <= filter.at).at(-1)?.[1];
  const implicit = filter.kind !== "value" && filter.attribute.kind !== "name" && filter.attribute.kind !== "label";
  const levels = implicit ? [[root, ...tables]] : [[root, ...(before ? [before] : [])], tables];
  const surroundings = { levels, near: root };
  const suits = fitting(filter);
  // Of tables that are not named, only those are meant of which each thing has one: a customer of an order, not an order of a customer.
  const fits = (found: TableColumn) => suits(found) && levels.flat().some((table) => index.graph.isToOne(table, found.table));
  const attribute = filter.attribute ?? valuesAs(filter, index);
  return resolveColumn(attribute, index, surroundings, fits);
}

/** A value without the name of a column stands for the columns in which it was seen. */
function valuesAs(filter: Filter, index: SchemaIndex): Attribute {
  const values = filter.kind === "value" ? filter.choices[0]! : [];
  const columns = values.map(({ table, column }) => ({ table, column, exact: true }));
  const tables = index.schema.tables.filter((table) => columns.some((each) => each.table === table)).map((table) => ({ table, exact: true }));
  return { kind: "name", name: { words: filter.words, at: filter.at, plural: false, tables, columns } };
}

/** Which columns can have such a condition. */
function fitting(filter: Exclude<Filter, { kind: "related" }>): (found: TableColumn) => boolean {
  const kinds: Record<Exclude<typeof filter.kind, "missing">, ColumnKind[]> = {
    number: ["number", ...(filter.kind === "number" && (filter.op === "=" || filter.op === "<>") ? (["text"] as const) : [])],
    between: ["number"],
    value: ["text"],
    text: filter.kind === "text" && (filter.op === "=" || filter.op === "<>") ? ["text", "other"] : ["text"],
    truth: ["boolean"],
    time: ["time"],
  };
  if (filter.kind === "missing") return ({ column }) => column.nullable;
  const allowed = kinds[filter.kind];
  return ({ column }) => allowed.includes(kindOf(column)) && (filter.kind !== "value" || filter.choices.every((choice) => choice.some((each) => each.column === column)));
}

function openConditions(filter: Exclude<Filter, { kind: "related" }>, { column }: TableColumn): Open[] {
  switch (filter.kind) {
    case "number":
      return kindOf(column) === "text" ? [{ op: filter.op, value: String(filter.value) }] : [{ op: filter.op, value: filter.value }];
    case "between":
      return [
        { op: ">=", value: filter.from },
        { op: "<=", value: filter.to },
      ];
    case "value": {
      const values = [...new Set(filter.choices.map((choice) => choice.find((each) => each.column === column)!.value))];
      return values.length === 1 ? [{ op: filter.negated ? "<>" : "=", value: values[0]! }] : [{ op: filter.negated ? "none of" : "one of", values }];
    }
    case "text":
      return [filter.op === "=" || filter.op === "<>" ? { op: filter.op, value: filter.text, ignoreCase: true } : { op: filter.op, value: filter.text }];
    case "truth":
      return [{ op: "=", value: filter.value }];
    case "time":
      return timeConditions(filter.relation, filter.days);
    case "missing":
      return [{ op: filter.op }];
  }
}

function timeConditions(relation: TimeRelation, { start, end }: Days): { op: "<" | ">="; value: Literal }[] {
  switch (relation) {
    case "within":
    case "of":
      return [
        { op: ">=", value: start },
        { op: "<", value: end },
      ];
    case "after":
      return [{ op: ">=", value: end }];
    case "from":
      return [{ op: ">=", value: start }];
    case "before":
      return [{ op: "<", value: start }];
    case "until":
    case "through":
      return [{ op: "<", value: end }];
  }
}

