import type { Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "./column-kind.ts";
import { addConditions } from "./conditions.ts";
import type { Attribute, Draft, Measure, Name, Order } from "./draft.ts";
import type { Aggregate, ColumnRef, Expression, QueryPlan } from "./plan/plan.ts";
import { PlanBuilder } from "./plan-builder.ts";
import { Refusal } from "./refusal.ts";
import { labelOf, resolveColumn, resolveTable, type TableColumn } from "./resolve.ts";
import type { SchemaIndex } from "./schema-index.ts";
import { isMeasure, shape, type Shaped } from "./shape.ts";
import { plural } from "./tokens.ts";

/** Turns what was noted about a question into a plan. @throws Refusal where more than one plan would fit, or none */
export function planOf(draft: Draft, index: SchemaIndex): QueryPlan {
  return new Planner(draft, index).plan();
}

type Selected = QueryPlan["select"][number];
type Computed = Selected & { value: Aggregate };

const prefixes = { sum: "total", avg: "average", min: "lowest", max: "highest" };

const asColumn = (ref: ColumnRef) => ({ kind: "column" as const, ...ref });

const same = (one: Expression | ColumnRef, other: ColumnRef) => "column" in one && one.source === other.source && one.column === other.column;

/** Columns of a result have different names: a second `name` is the `categories_name`. */
function withDistinctNames(select: Selected[]): Selected[] {
  const names = new Set<string>();
  return select.map(({ value, as }) => {
    const taken = (name: string) => names.has(name.toLowerCase());
    let name = taken(as) && value.kind === "column" ? `${value.source}_${as}` : as;
    for (let n = 2; taken(name); n++) name = `${as}_${n}`;
    names.add(name.toLowerCase());
    return { value, as: name };
  });
}

class Planner {
  readonly #draft: Shaped;
  readonly #index: SchemaIndex;
  readonly #measures: Measure[];
  readonly #builder: PlanBuilder;

  constructor(draft: Draft, index: SchemaIndex) {
    const shaped = shape(draft);
    this.#draft = shaped;
    this.#index = index;
    // "the customers with the most orders" computes what it ranks by.
    this.#measures = shaped.measures.length > 0 ? shaped.measures : shaped.orders.flatMap(({ by }) => (isMeasure(by) ? [by] : []));
    this.#builder = new PlanBuilder(index.graph, this.#root());
  }

  plan(): QueryPlan {
    return this.#measures.length > 0 ? this.#computed() : this.#listed();
  }

  /** The table whose rows are counted, computed over or listed. */
  #root(): Table {
    const { head, projections } = this.#draft;
    const [measure] = this.#measures;
    if (measure) return this.#tableOf(measure);
    if (head) return resolveTable(head);
    const [projection] = projections;
    if (projection) return resolveColumn({ kind: "name", name: projection }, this.#index, { levels: [] }).table;
    throw new Refusal("I did not understand what to show.", { hints: [`There are: ${this.#index.schema.tables.map(({ name }) => name).join(", ")}.`] });
  }

  #tableOf({ of }: Measure): Table {
    if ("tables" in of && of.tables.length > 0) return resolveTable(of);
    return this.#columnOf(of).table;
  }

  /** The column that a measure is about: of the table that the question is about, else near it. */
  #columnOf(of: Measure["of"]): TableColumn {
    const { head, groups, projections } = this.#draft;
    const group = groups.find(({ tables }) => tables.some(({ exact }) => exact));
    const context = head ?? group;
    const near = context ? resolveTable(context) : projections[0] && resolveColumn({ kind: "name", name: projections[0] }, this.#index, { levels: [] }).table;
    return resolveColumn("kind" in of ? of : { kind: "name", name: of }, this.#index, { levels: head ? [[resolveTable(head)]] : [], near });
  }

  #listed(): QueryPlan {
    const { head, projections, limit, single, orders } = this.#draft;
    const { root, from } = this.#builder;
    addConditions(this.#draft, this.#index, this.#builder);
    const columns = projections.map((name) => this.#ref({ kind: "name", name }));
    const shown = columns.length > 0 ? columns : root.columns.map(({ name }) => ({ source: from.as, column: name }));
    const distinct = this.#draft.distinct || !head;
    const orderBy = orders.map(({ by, direction }) => {
      if (by === "result" || isMeasure(by)) throw new Refusal("I did not understand by what to sort.");
      return { value: asColumn(this.#ref(by)), direction };
    });
    for (const { value } of orderBy) {
      if (distinct && !shown.some((each) => same(each, value))) {
        throw new Refusal(`I did not understand how to sort by ${value.column}: it is not among what is shown.`, { words: [value.column] });
      }
    }
    const most = limit ?? (single ? 1 : undefined);
    // Rows that are alike in what they are sorted by come in the same order each time.
    if (most !== undefined && !distinct) {
      const ties = root.primaryKey.map((column) => asColumn({ source: from.as, column })).filter((key) => !orderBy.some(({ value }) => same(value, key)));
      orderBy.push(...ties.map((value) => ({ value, direction: "asc" as const })));
    }
    return this.#finish({ select: shown.map((ref) => ({ value: asColumn(ref), as: ref.column })), distinct, groupBy: [], having: [], orderBy, limit: most });
  }

  #computed(): QueryPlan {
    const { orders, limit, single } = this.#draft;
    const { groupBy, keys } = this.#groups();
    addConditions(this.#draft, this.#index, this.#builder);
    const computed = this.#measures.map((measure) => this.#aggregate(measure));
    if (groupBy.length === 0 && (limit !== undefined || orders.length > 0)) {
      throw new Refusal("I did not understand: one number has no order and no first rows.", { hints: ['Say for what it is computed: "per" and a column.'] });
    }
    const orderBy = orders.map(({ by, direction }) => ({ value: this.#orderValue(by, computed, groupBy), direction }));
    for (const column of groupBy) {
      if (!orderBy.some(({ value }) => same(value, column))) orderBy.push({ value: asColumn(column), direction: "asc" });
    }
    if (this.#draft.measures.length > 0) {
      for (const name of this.#draft.projections) this.#grouped({ kind: "name", name }, groupBy);
    }
    const having = this.#having(computed, groupBy);
    const select = [...keys.map((ref) => ({ value: asColumn(ref), as: ref.column })), ...computed];
    return this.#finish({ select, distinct: false, groupBy: groupBy.map(asColumn), having, orderBy, limit: limit ?? (single ? 1 : undefined) });
  }

  /** What the rows are computed for: the groups that are named, and the things that are ranked. */
  #groups(): { groupBy: ColumnRef[]; keys: ColumnRef[] } {
    const { groups, head, projections, measures } = this.#draft;
    const grouped = groups.flatMap((name) => this.#groupKeys(name)).filter((key, index, all) => all.findIndex((each) => same(each, key)) === index);
    if (measures.length > 0) return { groupBy: grouped, keys: grouped };
    if (!head) {
      const keys = [...grouped, ...projections.map((name) => this.#ref({ kind: "name", name }, true))];
      return { groupBy: keys, keys };
    }
    if (projections.length === 0) {
      const keys = [...grouped, ...this.#groupKeys(head)];
      return { groupBy: keys, keys };
    }
    // "the names of the customers with the most orders": customers of the same name are still two.
    const table = resolveTable(head);
    const identity = table.primaryKey.map((column) => this.#builder.column(table, column, true));
    if (identity.length === 0) throw new Refusal(`I cannot tell the rows of ${table.name} apart.`, { words: [head.words] });
    const keys = projections.map((name) => this.#refNear(table, name));
    return { groupBy: [...identity, ...keys.filter((key) => !identity.some((each) => same(each, key)))], keys };
  }

  /** A column of a table that is ranked, or of one that it has one of. */
  #refNear(near: Table, name: Name): ColumnRef {
    const reachable = ({ table }: TableColumn) => this.#index.graph.isToOne(near, table);
    const { table, column } = resolveColumn({ kind: "name", name }, this.#index, { levels: [[near]], near }, reachable);
    return this.#builder.column(table, column.name, true);
  }

  /** A column; or of a table what tells its rows apart and what they are called. */
  #groupKeys(name: Name): ColumnRef[] {
    const { root } = this.#builder;
    const own = name.columns.some(({ table, exact }) => exact && table === root);
    const table = !own && (name.tables.some(({ exact }) => exact) || name.columns.length === 0) ? resolveTable({ ...name, tables: name.tables }) : undefined;
    if (!table) return [this.#ref({ kind: "name", name }, true)];
    const label = labelOf(table);
    const columns = new Set([...table.primaryKey, ...(label ? [label.name] : [])]);
    if (columns.size === 0) throw new Refusal(`I cannot tell the rows of ${table.name} apart.`, { words: [name.words] });
    return [...columns].map((column) => this.#builder.column(table, column, true));
  }

  #aggregate(measure: Measure): Computed {
    const { root } = this.#builder;
    if (this.#tableOf(measure) !== root) throw new Refusal(`I did not understand how to compute over ${root.name} and ${this.#tableOf(measure).name} at once.`);
    const { of, fn, distinct } = measure;
    if ("tables" in of && of.tables.length > 0) {
      const value: Aggregate = this.#builder.fansOut ? { kind: "aggregate", fn, of: this.#builder.rootKey().map(asColumn), distinct: true } : { kind: "aggregate", fn, of: [] };
      return { value, as: `number_of_${plural(root.name)}` };
    }
    const { column } = this.#columnOf(of);
    const ref = this.#builder.column(root, column.name);
    this.#check(fn, column.name, kindOf(column), distinct);
    if (fn === "count") return { value: { kind: "aggregate", fn, of: [asColumn(ref)], distinct: true }, as: `number_of_${plural(column.name)}` };
    return { value: { kind: "aggregate", fn, of: [asColumn(ref)] }, as: `${prefixes[fn]}_${column.name}` };
  }

  #check(fn: Aggregate["fn"], column: string, kind: string, distinct: boolean): void {
    const { root, fansOut } = this.#builder;
    if ((fn === "sum" || fn === "avg") && kind !== "number") throw new Refusal(`I cannot add up ${column}: it is not a number.`, { words: [column] });
    if (fn === "count" && kind === "number" && !distinct) throw new Refusal(`I did not understand: ${column} is a number. Ask for its total, or for how many different ones there are.`, { words: [column] });
    if ((fn === "sum" || fn === "avg") && fansOut) {
      throw new Refusal(`I cannot compute that: it would take ${column} of one of ${root.name} several times.`, { words: [column] });
    }
    const many = this.#mentioned().find((table) => !this.#builder.isToOne(table));
    if (many && fn !== "count") {
      throw new Refusal(`I did not understand how to compute ${column} of ${many.name}: one of ${root.name} may belong to several.`, { words: [column] });
    }
  }

  #orderValue(by: Order["by"], computed: readonly Computed[], groupBy: readonly ColumnRef[]): Expression {
    if (by === "result") return computed[0]!.value;
    if (isMeasure(by)) return this.#aggregate(by).value;
    return asColumn(this.#grouped(by, groupBy));
  }

  /** A column that there is one of for each group. */
  #grouped(attribute: Attribute, groupBy: readonly ColumnRef[]): ColumnRef {
    const shown = ({ table, column }: TableColumn) => groupBy.some((ref) => ref.column === column.name && ref.source === this.#builder.sourceOf(table));
    const { table, column } = resolveColumn(attribute, this.#index, { levels: [[this.#builder.root]] }, shown);
    return this.#builder.column(table, column.name);
  }

  #having(computed: readonly Computed[], groupBy: readonly ColumnRef[]): QueryPlan["having"] {
    const { threshold } = this.#draft;
    if (!threshold) return [];
    const { op, value } = threshold;
    // A group is made of rows: one without any does not show up, and must not be asked for.
    const none = (op === "=" && value === 0) || (op !== "=" && op !== ">" && op !== ">=" && groupBy.some(({ source }) => source !== this.#builder.from.as));
    if (none) throw new Refusal(`I did not understand how to find what has no ${this.#builder.root.name} at all.`, { words: [this.#builder.root.name] });
    return [{ value: computed[0]!.value, op, than: value }];
  }

  /** The tables that the question names outside of what it computes. */
  #mentioned(): Table[] {
    const { head, others } = this.#draft;
    return [...(head ? [head] : []), ...others].map(resolveTable);
  }

  #ref(attribute: Attribute, mayFanOut = false): ColumnRef {
    const { root } = this.#builder;
    const others = this.#mentioned();
    const reachable = ({ table }: TableColumn) => others.includes(table) || this.#builder.isToOne(table);
    const { table, column } = resolveColumn(attribute, this.#index, { levels: [[root], others], near: root }, reachable);
    return this.#builder.column(table, column.name, mayFanOut);
  }

  #finish(rest: Omit<QueryPlan, "from" | "joins" | "where">): QueryPlan {
    const { from, joins, where } = this.#builder;
    return { from, joins, where, ...rest, select: withDistinctNames(rest.select) };
  }
}
