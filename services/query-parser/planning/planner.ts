import type { Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import { emptyFrame, type Attribute, type Filter, type Frame, type Item, type Key, type Measure, type Order, type TableMention } from "../grammar/frame.ts";
import { byAttribute } from "../grammar/order.ts";
import { plural } from "../language/tokens.ts";
import { isKey, labelOf } from "../linking/labels.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { Aggregate, ColumnRef, Comparator, Expression, InnerQuery, QueryPlan, Scalar } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { Decisions } from "./decisions.ts";
import { derivedPlan, innerOf, prefixes } from "./derived.ts";
import { addConditions } from "./filters.ts";
import { countsApart, isMeasure, rowCount, settled, splitPicks, withImpliedGroup, type Pick } from "./frames.ts";
import { PlanBuilder } from "./plan-builder.ts";
import { Resolver, type TableColumn } from "./resolver.ts";

export interface Planned {
  plan: QueryPlan;
  /** What it cost to find the names in the schema. */
  naming: number;
  /** What speaks against the plan although each part of it could be found. */
  surprise: number;
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
  return [first, ...others].sort((a, b) => a.naming + a.surprise - b.naming - b.surprise);
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
  if (common.length === 0) return { plan, naming: decisions.cost, surprise: planner.surprise };
  const combine = common.map((frame) => ({ op: "intersect" as const, query: innerOf(new Planner({ ...asked, frame }, new Decisions()).plan()) }));
  return { plan: { ...plan, distinct: false, orderBy: [], combine }, naming: decisions.cost, surprise: planner.surprise };
}

type Selected = QueryPlan["select"][number];

const asColumn = (ref: ColumnRef) => ({ kind: "column" as const, ...ref });

const same = (one: Expression, other: ColumnRef) => one.kind === "column" && one.source === other.source && one.column === other.column;

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

class Planner {
  /** What speaks against the plan although each part of it could be found. */
  surprise = 0;
  /** What has to hold of the results too: the frames of further queries. */
  common: Frame[] = [];
  readonly #asked: Asked;
  readonly #frame: Frame;
  /** What picks out things other than the one that the question is about: "of the dorm with the most rooms". */
  readonly #picked: readonly Pick[];
  readonly #index: SchemaIndex;
  readonly #resolver: Resolver;
  readonly #mentioned: { mention: TableMention; table: Table }[] = [];
  readonly #builder: PlanBuilder;
  readonly #measures: Measure[];
  /** Of a query with groups: how many rows each must have. */
  #thresholds?: { op: Comparator; value: number }[];

  constructor({ frame, index, said }: Asked, decisions: Decisions) {
    this.#asked = { frame, index, said };
    this.#frame = withImpliedGroup(settled(frame));
    this.#index = index;
    this.#resolver = new Resolver(index, decisions);
    for (const mention of this.#frame.topics) this.#mentioned.push({ mention, table: this.#resolver.table(mention, this.#near()) });
    [this.#frame, this.#picked] = splitPicks(this.#frame);
    const { show, orders } = this.#frame;
    this.#measures = [...show.filter(isMeasure), ...orders.flatMap(({ by }) => (isMeasure(by) ? [by] : [])), ...this.#frame.filters.flatMap((filter) => (filter.kind === "having" ? [filter.measure] : []))];
    this.#builder = new PlanBuilder(index.graph, this.#root(), decisions, said);
  }

  plan(): QueryPlan {
    const { rank, orders: ranked, groups: each } = this.#frame;
    // "top 10 products": by what?
    if (rank && ranked.length === 0) this.surprise += 1.5;
    // "the most expensive product per category" is one for each.
    if (each.length > 0 && ranked.some(({ picks, by }) => picks && byAttribute(by))) this.surprise += 1.5;
    if (countsApart(this.#frame)) this.surprise += 1.5;
    const derived = derivedPlan(this.#frame, (frame) => new Planner({ ...this.#asked, frame }, new Decisions()).plan());
    if (derived) return derived;
    const { orders, groups } = this.#frame;
    const computed = this.#measures.length > 0 || groups.length > 0 || orders.some(({ by }) => by === "frequency") || this.#having() !== undefined;
    return computed ? this.#computed() : this.#listed();
  }

  #near(): Table[] {
    return this.#mentioned.map(({ table }) => table);
  }

  /** The table whose rows are counted, computed over or listed. */
  #root(): Table {
    const [measure] = this.#measures;
    if (measure?.of?.kind === "revenue") return this.#resolver.revenue(this.#near()).table;
    if (measure?.of?.kind === "rows") return this.#resolver.table(measure.of.table, [...this.#near(), ...this.#shownNear()]);
    if (measure?.of) return this.#resolver.column(measure.of, this.#near(), this.#suits(measure)).table;
    const required = this.#having();
    if (required) return this.#resolver.table(required.table);
    const [head] = this.#mentioned;
    if (head) return head.table;
    const [first] = this.#attributes();
    if (first) return this.#resolver.column(first, []).table;
    for (const group of this.#frame.groups) {
      if (group.kind === "rows") return this.#resolver.table(group.table);
      if (group.kind === "attribute") return this.#resolver.column(group.attribute, []).table;
    }
    for (const filter of this.#frame.filters) {
      if (filter.kind === "related") return this.#resolver.table(filter.table);
      if (filter.kind === "having") continue;
      if (filter.attribute?.kind === "name") return this.#resolver.column(filter.attribute, []).table;
      if (filter.predicate.kind === "value") return this.#kindOf(filter.predicate.choices[0]!.values[0]!);
    }
    throw new Refusal("I did not understand what to show.", { hints: [`There are: ${this.#index.schema.tables.map(({ name }) => name).join(", ")}.`] });
  }

  /** "books", where Books is a kind of products: the products of that kind. */
  #kindOf({ table, column }: TableColumn): Table {
    if (labelOf(table) !== column) return table;
    const owners = this.#index.schema.tables.filter((each) => each.foreignKeys.some((key) => key.schema === table.schema && key.table === table.name) && labelOf(each));
    const [only] = owners;
    return only && owners.length === 1 ? only : table;
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
    const orderBy = orders.map(({ by, direction, picks }) => ({ value: asColumn(this.#refOf(by as Attribute, picks)), direction }));
    const picks = orders.some((order) => order.picks);
    const each = distinct || (this.#frame.asks && shown.length === 1 && orders.length === 0 && this.#repeats(shown[0]!)) || (topics.length === 0 && filters.length === 0 && show.length > 0 && shown.every((ref) => this.#repeats(ref)));
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
      const asked = show.length === 0 ? (this.#named() ?? this.#sortedBy()) : undefined;
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

  /** "the services in alphabetical order": what they are called. */
  #sortedBy(): ColumnRef | undefined {
    const [order] = this.#frame.orders;
    return order && typeof order.by === "object" && order.by.kind === "label" && !order.picks ? this.#refOf(order.by) : undefined;
  }

  /** A column, joined. */
  #refOf(attribute: Attribute, ranks?: boolean): ColumnRef {
    const { table, column } = this.#resolver.column(attribute, this.#tables());
    // To sort by what there may be several of is to show some rows several times.
    if (ranks !== undefined && !this.#builder.isToOne(table) && this.#builder.sourceOf(table) === undefined) this.surprise += 0.8;
    // "the most catalogs" does not rank by what catalogs are called.
    if (ranks && kindOf(column) === "text") this.surprise += 0.7;
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
      else this.surprise += 2;
    }
    addConditions(filters, { index: this.#index, resolver: this.#resolver, builder, mentioned: this.#mentioned, inCommon: (filter, others) => this.#share(filter, others) });
    for (const { table } of this.#mentioned) builder.mention(table);
    for (const pick of this.#picked) this.#pick(pick);
  }

  /** Keeps the rows that belong to what a superlative picks. */
  #pick({ topic, order }: Pick): void {
    const { frame, ...asked } = this.#asked;
    const inner = new Planner({ ...asked, frame: { ...emptyFrame, topics: [topic], orders: [order], limit: frame.limit, nth: frame.nth } }, new Decisions());
    const table = this.#resolver.table(topic, this.#near());
    const [key] = table.primaryKey;
    if (table.primaryKey.length !== 1 || key === undefined) throw new Refusal(`I cannot tell the rows of ${table.name} apart.`, { words: [topic.words] });
    this.surprise += this.#builder.isToOne(table) ? 0 : 0.2;
    this.#builder.where.push({ kind: "member", column: this.#builder.column(table, key), op: "in", query: inner.keysOnly(table, key) });
  }

  /** The keys of the rows that the plan gives. */
  keysOnly(table: Table, key: string): InnerQuery {
    const plan = innerOf(this.plan());
    const source = this.#builder.sourceOf(table);
    if (source === undefined) throw new Refusal(`I did not understand what is said of ${table.name}.`, { words: [table.name] });
    return { ...plan, distinct: false, select: [{ value: asColumn({ source, column: key }), as: key }] };
  }

  /** "in both the Physics and the History department" of something that has one department: what is shown for one and for the other. */
  #share(filter: Filter, others: readonly Filter[]): void {
    const { frame } = this.#asked;
    this.common.push(...others.map((other) => ({ ...frame, filters: frame.filters.map((each) => (each === filter ? other : each)) })));
  }

  #computed(): QueryPlan {
    const { orders, limit, nth, show } = this.#frame;
    const keys = this.#keys();
    const periods = this.#periods();
    const having = this.#having();
        const measures = this.#frame.show.filter(isMeasure);
    this.#thresholds = [];
    const implied = measures.length === 0 && having === undefined && orders.length === 0 && !this.#frame.filters.some(({ kind }) => kind === "having") ? [rowCount] : [];
    this.#addConditions();
    const computed = [...measures, ...implied].map((measure) => this.#aggregate(measure));
    const orderBy = orders.map(({ by, direction }) => ({ value: this.#orderValue(by, computed, keys.groupBy), direction }));
    const picks = orders.some((order) => order.picks);
    const grouped = keys.groupBy.length + periods.length > 0;
    if (!grouped && picks) this.surprise += 1.5;
    const select = [...periods, ...this.#inOrder(show, keys.shown, computed)];
    if (select.length === 0) throw new Refusal("I did not understand what to show.");
    const counted = [...(having ? [having] : []), ...this.#thresholds].map(({ op, value }) => ({ value: this.#aggregate(rowCount).value as Aggregate, op, than: value }));
    const measured = this.#frame.filters.flatMap((filter) => (filter.kind === "having" ? [{ value: this.#aggregate(filter.measure).value as Aggregate, op: filter.op, than: filter.value }] : []));
    const threshold = [...counted, ...measured];
    return this.#finish({
      select,
      distinct: false,
      groupBy: [...keys.groupBy.map(asColumn), ...periods.map(({ value }) => value)],
      having: threshold,
      orderBy: !grouped ? [] : orderBy.length > 0 ? orderBy : periods.map(({ value }) => ({ value, direction: "asc" as const })),
      limit: grouped ? (limit ?? (picks ? 1 : undefined)) : undefined,
      offset: nth === undefined || !grouped ? undefined : nth - 1,
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
      if (group.kind === "period") continue;
      const { identity, label } = this.#groupOf(group, shown.map(({ ref }) => ref));
      add(...identity);
      if (!shown.some(({ ref }) => [...identity, label].some((each) => same(asColumn(ref), each))) && !(group.kind === "rows" && items.length > 0)) shown.push({ ref: label });
    }
    const ranked = orders.some(({ by }) => isMeasure(by) || by === "frequency" || by === "result") || this.#frame.filters.some(({ kind }) => kind === "having");
    if (groupBy.length === 0 && ranked) {
      const head = topics.length > 0 ? this.#mentioned.find(({ table }) => table !== this.#builder.root)?.table : undefined;
      if (head) {
        const label = labelOf(head);
        const identity = this.#identity(head);
        const ref = label ? this.#builder.column(head, label.name) : identity[0];
        if (!ref) throw new Refusal(`I cannot tell the rows of ${head.name} apart.`, { words: [head.name] });
        add(...identity, ref);
        shown.push({ ref });
      }
    }
    return { groupBy, shown };
  }

  /** The stretches of time that results are computed for. */
  #periods(): (Selected & { value: Scalar })[] {
    return this.#frame.groups.flatMap((group): (Selected & { value: Scalar })[] => {
      if (group.kind !== "period") return [];
      const { unit, at } = group;
      const { table, column } = this.#resolver.column({ kind: "time", words: unit, at }, this.#tables(), ({ column }) => kindOf(column) === "time" || unit === "year");
      const of = this.#builder.column(table, column.name);
      if (kindOf(column) !== "time") return [{ value: asColumn(of), as: column.name }];
      return [{ value: unit === "year" ? { kind: "part" as const, unit, of } : { kind: "period" as const, unit, of }, as: unit }];
    });
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
  #groupOf(group: Exclude<Key, { kind: "period" }>, shown: readonly ColumnRef[]): { identity: ColumnRef[]; label: ColumnRef } {
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
    if (of?.kind === "revenue") return this.#revenue();
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
    // "the largest major" is no text that sorts last.
    if (kindOf(column) === "text") this.surprise += 1;
    return { value: { kind: "aggregate", fn, of: [ref] }, as: `${prefixes[fn]}_${column.name}` };
  }

  /** What was paid: the column that says it, or how many times for how much. */
  #revenue(): Selected {
    const { table, columns } = this.#resolver.revenue(this.#near());
    const [first, second] = columns.map(({ name }) => this.#builder.column(table, name));
    const value = second ? { kind: "arithmetic" as const, op: "*" as const, left: first!, right: second } : asColumn(first!);
    return { value: { kind: "aggregate", fn: "sum", of: [value] }, as: "revenue" };
  }

  #orderValue(by: Order["by"], computed: readonly Selected[], groupBy: readonly ColumnRef[]): Expression {
    if (by === "frequency") return this.#aggregate(rowCount).value;
    if (by === "result") return computed[0]?.value ?? this.#aggregate(rowCount).value;
    if (isMeasure(by)) return this.#aggregate(by).value;
    const grouped = this.#resolver.candidates(by).flatMap(({ table, column }) => groupBy.filter((ref) => ref.source === this.#builder.sourceOf(table) && ref.column === column.name))[0];
    return asColumn(grouped ?? this.#refOf(by));
  }

  #finish(rest: Omit<QueryPlan, "from" | "joins" | "where">): QueryPlan {
    const { from, joins, where } = this.#builder;
    const { limit, offset, ...others } = rest;
    // What is sorted by in a grouped query is grouped by too, or there would be no one value of it.
    const grouped = rest.groupBy.length > 0 ? rest.orderBy.flatMap(({ value }) => (value.kind === "column" && !rest.groupBy.some((each) => same(each, value)) ? [value] : [])) : [];
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

