import type { Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import type { Attribute, Filter, Frame, Item, Key, Measure, Order, TableMention } from "../grammar/frame.ts";
import { plural } from "../language/tokens.ts";
import { isKey, labelOf } from "../linking/labels.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { Aggregate, ColumnRef, Comparator, Expression, InnerQuery, QueryPlan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { Decisions } from "./decisions.ts";
import { addConditions } from "./filters.ts";
import { PlanBuilder } from "./plan-builder.ts";
import { Resolver, type TableColumn } from "./resolver.ts";

export interface Planned {
  plan: QueryPlan;
  cost: number;
}

/** Other meanings of single words that are tried, at most. */
const maxAlternatives = 4;

/**
 * The plans that a reading may stand for, the likeliest first.
 * @param said roots of the words of the question
 * @throws Refusal where there is none
 */
export function plansOf(frame: Frame, index: SchemaIndex, said: ReadonlySet<string>): Planned[] {
  const decisions = new Decisions();
  const first = planWith({ frame, index, said }, decisions);
  const others = decisions.alternatives().slice(0, maxAlternatives).flatMap(({ id, place }) => {
    try {
      return [planWith({ frame, index, said }, new Decisions(new Map([[id, place]])))];
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  });
  return [first, ...others].sort((a, b) => a.cost - b.cost);
}

interface Asked {
  frame: Frame;
  index: SchemaIndex;
  /** Roots of the words of the question. */
  said: ReadonlySet<string>;
}

function planWith(asked: Asked, decisions: Decisions): Planned {
  const planner = new Planner(asked, decisions);
  const plan = planner.plan();
  const { common } = planner;
  if (common.length === 0) return { plan, cost: decisions.cost + planner.surprise };
  const combine = common.map((frame) => ({ op: "intersect" as const, query: innerOf(new Planner({ ...asked, frame }, new Decisions()).plan()) }));
  return { plan: { ...plan, distinct: false, orderBy: [], combine }, cost: decisions.cost + planner.surprise };
}

/** A plan as part of another one. @throws Refusal where it has parts of its own */
function innerOf({ combine, from, where, ...plan }: QueryPlan): InnerQuery {
  const flat = where.filter((each) => each.kind !== "measured" && each.kind !== "member");
  if (combine || "query" in from || flat.length < where.length) throw new Refusal("I did not understand: that is too many questions in one.");
  return { ...plan, from, where: flat, orderBy: plan.limit === undefined ? [] : plan.orderBy };
}

type Selected = QueryPlan["select"][number];

const prefixes = { sum: "total", avg: "average", min: "lowest", max: "highest", count: "number_of" };

const asColumn = (ref: ColumnRef) => ({ kind: "column" as const, ...ref });

const same = (one: Expression, other: ColumnRef) => one.kind === "column" && one.source === other.source && one.column === other.column;

const isMeasure = (by: Order["by"] | Item): by is Measure => typeof by === "object" && by.kind === "measure";

/** Columns of a result have different names: a second `name` is the `categories_name`. */
function withDistinctNames(select: Selected[]): Selected[] {
  const names = new Set<string>();
  return select.map(({ value, as }) => {
    let name = names.has(as) && value.kind === "column" ? `${value.source}_${as}` : as;
    for (let n = 2; names.has(name); n++) name = `${as}_${n}`;
    names.add(name);
    return { value, as: name };
  });
}

/** "all allergies with the number of students": a number for each of the things named before it. */
function withImpliedGroup(frame: Frame): Frame {
  const [topic] = frame.topics;
  const [only] = frame.show;
  if (frame.groups.length > 0 || frame.show.length !== 1 || !topic || !isMeasure(only!) || only.of?.kind !== "rows" || topic.at >= only.of.table.at) return frame;
  return { ...frame, groups: [{ kind: "rows", table: topic }] };
}

class Planner {
  /** What speaks against the plan although each part of it could be found. */
  surprise = 0;
  /** What has to hold of the results too: the frames of further queries. */
  common: Frame[] = [];
  readonly #asked: Asked;
  readonly #frame: Frame;
  readonly #index: SchemaIndex;
  readonly #resolver: Resolver;
  readonly #mentioned: { mention: TableMention; table: Table }[] = [];
  readonly #builder: PlanBuilder;
  readonly #measures: Measure[];
  /** Of a query with groups: how many rows each must have. */
  #thresholds?: { op: Comparator; value: number }[];

  constructor({ frame, index, said }: Asked, decisions: Decisions) {
    this.#asked = { frame, index, said };
    this.#frame = withImpliedGroup(this.#settle(frame));
    this.#index = index;
    this.#resolver = new Resolver(index, decisions);
    for (const mention of frame.topics) this.#mentioned.push({ mention, table: this.#resolver.table(mention, this.#near()) });
    const { show, orders } = this.#frame;
    this.#measures = [...show.filter(isMeasure), ...orders.flatMap(({ by }) => (isMeasure(by) ? [by] : []))];
    this.#builder = new PlanBuilder(index.graph, this.#root(), decisions, said);
  }

  plan(): QueryPlan {
    const { orders, groups } = this.#frame;
    const computed = this.#measures.length > 0 || groups.length > 0 || orders.some(({ by }) => by === "frequency") || this.#having() !== undefined;
    return computed ? this.#computed() : this.#listed();
  }

  /** "number of employees" may be the name of a number rather than a count. */
  #settle(frame: Frame): Frame {
    const lonely = frame.show.every(({ kind }) => kind === "measure");
    const show = frame.show.map((item): Item => {
      if (item.kind !== "measure" || item.fn !== "count" || item.distinct || !item.of || item.of.kind !== "name") return item;
      const [best] = [...item.of.name.columns].sort((a, b) => a.cost - b.cost);
      if (!best || kindOf(best.column) !== "number" || isKey(best.table, best.column)) return item;
      return lonely || frame.groups.length > 0 ? { ...item, fn: "sum" } : { kind: "attribute", attribute: item.of };
    });
    const orders = frame.orders.map((order): Order => {
      if (!isMeasure(order.by)) return order;
      const [settled] = this.#settle({ ...frame, show: [order.by, { kind: "everything" }], orders: [] }).show;
      return settled?.kind === "attribute" ? { ...order, by: settled.attribute } : order;
    });
    return { ...frame, show, orders };
  }

  #near(): Table[] {
    return this.#mentioned.map(({ table }) => table);
  }

  /** The table whose rows are counted, computed over or listed. */
  #root(): Table {
    const [measure] = this.#measures;
    if (measure?.of?.kind === "rows") return this.#resolver.table(measure.of.table, [...this.#near(), ...this.#shownNear()]);
    if (measure?.of) return this.#resolver.column(measure.of, this.#near(), this.#suits(measure)).table;
    const required = this.#having();
    if (required) return this.#resolver.table(required.table);
    const [head] = this.#mentioned;
    if (head) return head.table;
    const [first] = this.#attributes();
    if (first) return this.#resolver.column(first, []).table;
    for (const group of this.#frame.groups) return group.kind === "rows" ? this.#resolver.table(group.table) : this.#resolver.column(group.attribute, []).table;
    for (const filter of this.#frame.filters) {
      if (filter.kind === "related") return this.#resolver.table(filter.table);
      if (filter.attribute?.kind === "name") return this.#resolver.column(filter.attribute, []).table;
      if (filter.predicate.kind === "value") return filter.predicate.choices[0]!.values[0]!.table;
    }
    throw new Refusal("I did not understand what to show.", { hints: [`There are: ${this.#index.schema.tables.map(({ name }) => name).join(", ")}.`] });
  }

  /** Where the column that is shown first may be. */
  #shownNear(): Table[] {
    const [first] = this.#attributes();
    const candidates = first ? this.#resolver.candidates(first) : [];
    const best = Math.min(...candidates.map(({ cost }) => cost));
    return candidates.filter(({ cost }) => cost === best).map(({ table }) => table);
  }

  #attributes(): Attribute[] {
    return this.#frame.show.flatMap((item) => (item.kind === "attribute" ? [item.attribute] : []));
  }

  /** "cities with more than 3 customers": of columns alone, how many rows have each. */
  #having() {
    const { topics, filters } = this.#frame;
    if (topics.length > 0 || this.#attributes().length === 0) return undefined;
    return filters.find((filter): filter is Extract<Filter, { kind: "related" }> => filter.kind === "related" && !(filter.op === "=" && filter.value === 0));
  }

  #tables(): Table[] {
    return [...new Set([this.#builder.root, ...this.#near()])];
  }

  #listed(): QueryPlan {
    const { distinct, filters, orders, limit, nth, topics, show } = this.#frame;
    const shown = this.#shown();
    this.#addConditions();
    const orderBy = orders.map(({ by, direction }) => ({ value: asColumn(this.#refOf(by as Attribute)), direction }));
    const picks = orders.some((order) => order.picks);
    const each = distinct || (topics.length === 0 && filters.length === 0 && show.length > 0 && shown.every((ref) => this.#repeats(ref)));
    const sortable = !each || orderBy.every(({ value }) => shown.some((ref) => same(value, ref)));
    return this.#finish({
      select: shown.map((ref) => ({ value: asColumn(ref), as: ref.column })),
      distinct: each && sortable,
      groupBy: [],
      having: [],
      orderBy,
      limit: limit ?? (picks ? 1 : undefined),
      offset: nth === undefined ? undefined : nth - 1,
    });
  }

  /** Whether a column has the same few values over and over. */
  #repeats({ source, column: name }: ColumnRef): boolean {
    const { root, from } = this.#builder;
    const column = source === from.as ? root.columns.find((each) => each.name === name) : undefined;
    return column?.samples !== undefined && (root.rowEstimate ?? 0) >= 2 * column.samples.length;
  }

  #shown(): ColumnRef[] {
    const { show } = this.#frame;
    const { root } = this.#builder;
    if (show.length === 0 || show.some(({ kind }) => kind === "everything")) {
      this.surprise += show.length === 0 ? 0.2 : 0;
      const asked = show.length === 0 ? this.#named() : undefined;
      if (asked) return [asked];
      return root.columns.map(({ name }) => ({ source: this.#builder.from.as, column: name }));
    }
    const refs = this.#attributes().map((attribute) => this.#refOf(attribute));
    return refs.filter((ref, place) => refs.findIndex((each) => same(asColumn(each), ref)) === place);
  }

  /** "which students": what they are called. "which city is in ...": what the condition is about. */
  #named(): ColumnRef | undefined {
    const { topics, filters, asks } = this.#frame;
    if (!asks) return undefined;
    if (topics.length === 0) {
      const [attribute] = filters.flatMap((filter) => (filter.kind === "attribute" && filter.attribute?.kind === "name" ? [filter.attribute] : []));
      return attribute && this.#refOf(attribute);
    }
    const label = labelOf(this.#builder.root);
    return label && { source: this.#builder.from.as, column: label.name };
  }

  /** A column, joined. */
  #refOf(attribute: Attribute): ColumnRef {
    const { table, column } = this.#resolver.column(attribute, this.#tables());
    return this.#builder.column(table, column.name);
  }

  #addConditions(): void {
    const { filters } = this.#frame;
    const builder = this.#builder;
    const having = this.#having();
    for (const filter of filters) {
      if (filter.kind !== "related" || filter === having) continue;
      const table = this.#resolver.table(filter.table, this.#tables());
      if (table !== builder.root) builder.require(table, filter.op, filter.value);
      else if (this.#thresholds) this.#thresholds.push({ op: filter.op, value: filter.value });
      else this.surprise += 1;
    }
    addConditions(filters, { index: this.#index, resolver: this.#resolver, builder, mentioned: this.#mentioned, inCommon: (filter, others) => this.#share(filter, others) });
    for (const { table } of this.#mentioned) builder.mention(table);
  }

  /** "in both the Physics and the History department" of something that has one department: what is shown for one and for the other. */
  #share(filter: Filter, others: readonly Filter[]): void {
    const { frame } = this.#asked;
    this.common.push(...others.map((other) => ({ ...frame, filters: frame.filters.map((each) => (each === filter ? other : each)) })));
  }

  #computed(): QueryPlan {
    const { orders, limit, nth, show } = this.#frame;
    const keys = this.#keys();
    const having = this.#having();
    const counted: Measure = { kind: "measure", fn: "count", distinct: false };
    const measures = this.#frame.show.filter(isMeasure);
    this.#thresholds = [];
    const implied = measures.length === 0 && having === undefined && orders.length === 0 ? [counted] : [];
    this.#addConditions();
    const computed = [...measures, ...implied].map((measure) => this.#aggregate(measure));
    const orderBy = orders.map(({ by, direction }) => ({ value: this.#orderValue(by, computed), direction }));
    const picks = orders.some((order) => order.picks);
    if (keys.groupBy.length === 0 && picks) this.surprise += 1.5;
    const select = this.#inOrder(show, keys.shown, computed);
    const threshold = [...(having ? [having] : []), ...this.#thresholds].map(({ op, value }) => ({ value: this.#aggregate(counted).value as Aggregate, op, than: value }));
    return this.#finish({
      select,
      distinct: false,
      groupBy: keys.groupBy.map(asColumn),
      having: threshold,
      orderBy: keys.groupBy.length === 0 ? [] : orderBy,
      limit: keys.groupBy.length === 0 ? undefined : (limit ?? (picks ? 1 : undefined)),
      offset: nth === undefined || keys.groupBy.length === 0 ? undefined : nth - 1,
    });
  }

  /** Results in the order in which they were asked for; keys that were only named as groups come first. */
  #inOrder(show: readonly Item[], keys: readonly { ref: ColumnRef; item?: Item }[], computed: readonly Selected[]): Selected[] {
    const rest = [...computed];
    const named = keys.filter(({ item }) => item === undefined).map(({ ref }) => ({ value: asColumn(ref), as: ref.column }));
    const asked = show.flatMap((item): Selected[] => {
      if (item.kind === "measure") return rest.splice(0, 1);
      return keys.filter((key) => key.item === item).map(({ ref }) => ({ value: asColumn(ref), as: ref.column }));
    });
    return [...named, ...asked, ...rest];
  }

  /** What the rows are computed for: the groups that are named, the columns that are shown, and the things that are ranked. */
  #keys(): { groupBy: ColumnRef[]; shown: { ref: ColumnRef; item?: Item }[] } {
    const { groups, show, orders, topics } = this.#frame;
    const groupBy: ColumnRef[] = [];
    const add = (...refs: ColumnRef[]) => {
      for (const ref of refs) if (!groupBy.some((each) => same(asColumn(each), ref))) groupBy.push(ref);
    };
    const shown: { ref: ColumnRef; item?: Item }[] = [];
    const items = show.filter(({ kind }) => kind === "attribute");
    for (const item of items) {
      const { attribute } = item as Extract<Item, { kind: "attribute" }>;
      const { table, column } = this.#resolver.column(attribute, this.#tablesForKeys());
      const ref = this.#builder.column(table, column.name);
      // "the names of the customers with the most orders": customers of the same name are still two.
      if (table !== this.#builder.root && this.#mentioned.some((each) => each.table === table) && groups.length === 0) add(...this.#identity(table));
      add(ref);
      if (!shown.some((each) => same(asColumn(each.ref), ref))) shown.push({ ref, item });
    }
    for (const group of groups) {
      const { identity, label } = this.#groupOf(group, shown.map(({ ref }) => ref));
      add(...identity);
      if (!shown.some(({ ref }) => [...identity, label].some((each) => same(asColumn(ref), each))) && !(group.kind === "rows" && items.length > 0)) shown.push({ ref: label });
    }
    const ranked = orders.some(({ by }) => isMeasure(by) || by === "frequency" || by === "result");
    if (groupBy.length === 0 && ranked) {
      const head = topics.length > 0 ? this.#mentioned.find(({ table }) => table !== this.#builder.root)?.table : undefined;
      if (head) {
        const label = labelOf(head);
        const identity = this.#identity(head);
        const ref = label ? this.#builder.column(head, label.name) : identity[0]!;
        add(...identity, ref);
        shown.push({ ref });
      }
    }
    return { groupBy, shown };
  }

  /** Where the columns are that results are computed for: at the things that are named rather than at those that are counted. */
  #tablesForKeys(): Table[] {
    const { root } = this.#builder;
    const groups = this.#frame.groups.flatMap((group) => (group.kind === "rows" ? [this.#resolver.table(group.table, this.#near())] : []));
    return [...new Set([...groups, ...this.#near().filter((table) => table !== root), root])];
  }

  #identity(table: Table): ColumnRef[] {
    return table.primaryKey.map((column) => this.#builder.column(table, column));
  }

  /** A column; or of a table what tells its rows apart and what they are called. */
  #groupOf(group: Key, shown: readonly ColumnRef[]): { identity: ColumnRef[]; label: ColumnRef } {
    if (group.kind === "attribute") {
      // "document type codes ... in each code" are the same codes.
      const again = this.#resolver.candidates(group.attribute).flatMap(({ table, column }) => shown.filter((ref) => ref.source === this.#builder.sourceOf(table) && ref.column === column.name))[0];
      if (again) return { identity: [again], label: again };
      const { table, column } = this.#resolver.column(group.attribute, this.#tables());
      const ref = this.#builder.column(table, column.name);
      return { identity: [ref], label: ref };
    }
    const table = this.#resolver.table(group.table, this.#tables());
    if (table === this.#builder.root) this.surprise += 1.5;
    const identity = this.#identity(table);
    const label = labelOf(table);
    const [ref = identity[0]] = label ? [this.#builder.column(table, label.name)] : [];
    if (!ref) throw new Refusal(`I cannot tell the rows of ${table.name} apart.`, { words: [group.table.words] });
    return { identity: [...identity, ref], label: ref };
  }

  #suits({ fn }: Measure): (found: TableColumn) => boolean {
    return ({ table, column }) => (fn !== "sum" && fn !== "avg") || (kindOf(column) === "number" && !(table.primaryKey.length === 1 && table.primaryKey[0] === column.name));
  }

  #aggregate(measure: Measure): Selected {
    const { root, fansOut, from } = this.#builder;
    const { of, fn, distinct } = measure;
    if (!of || of.kind === "rows") {
      if (of && this.#resolver.table(of.table, this.#tables()) !== root) this.surprise += 1.5;
      const value: Aggregate = fansOut ? { kind: "aggregate", fn, of: this.#builder.keyOf(root, from.as).map(asColumn), distinct: true } : { kind: "aggregate", fn, of: [] };
      return { value, as: `number_of_${plural(root.name)}` };
    }
    const { table, column } = this.#resolver.column(of, [root, ...this.#near()], this.#suits(measure));
    if (!this.#builder.isToOne(table)) this.surprise += 1;
    if (fansOut && (fn === "sum" || fn === "avg")) this.surprise += 0.5;
    const ref = asColumn(this.#builder.column(table, column.name));
    if (fn === "count") {
      const key = isKey(table, column) && table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
      return { value: { kind: "aggregate", fn, of: [ref], ...(key && !distinct ? {} : { distinct: true }) }, as: `number_of_${plural(column.name)}` };
    }
    return { value: { kind: "aggregate", fn, of: [ref] }, as: `${prefixes[fn]}_${column.name}` };
  }

  #orderValue(by: Order["by"], computed: readonly Selected[]): Expression {
    if (by === "frequency") return this.#aggregate({ kind: "measure", fn: "count", distinct: false }).value;
    if (by === "result") return computed[0]?.value ?? this.#aggregate({ kind: "measure", fn: "count", distinct: false }).value;
    if (isMeasure(by)) return this.#aggregate(by).value;
    const { table, column } = this.#resolver.column(by, this.#tables());
    const ref = asColumn(this.#builder.column(table, column.name));
    return ref;
  }

  #finish(rest: Omit<QueryPlan, "from" | "joins" | "where">): QueryPlan {
    const { from, joins, where } = this.#builder;
    const { limit, offset, ...others } = rest;
    // What is sorted by in a grouped query is grouped by too, or there would be no one value of it.
    const grouped = rest.groupBy.length > 0 ? rest.orderBy.flatMap(({ value }) => (value.kind === "column" && !rest.groupBy.some((each) => same(each as Expression, value)) ? [value] : [])) : [];
    return {
      from,
      joins,
      where,
      ...others,
      groupBy: [...rest.groupBy, ...grouped],
      select: withDistinctNames(rest.select),
      ...(limit === undefined ? {} : { limit }),
      ...(offset === undefined || offset < 1 ? {} : { offset }),
    };
  }
}

