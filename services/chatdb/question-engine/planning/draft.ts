import type { Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import type { Attribute, Filter, Frame, Measure, TableMention } from "../grammar/frame.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { ColumnRef, Expression, QueryPlan } from "../plan/plan.ts";
import { Decisions } from "./decisions.ts";
import { isMeasure, settled, splitPicks, withImpliedGroup, type Pick } from "./frames.ts";
import { PlanBuilder } from "./plan-builder.ts";
import { Resolver } from "./resolver.ts";
import { rootOf } from "./root.ts";

export interface Asked {
  frame: Frame;
  index: SchemaIndex;
  /** Roots of the words of the question. */
  said: ReadonlySet<string>;
  /** Makes the plan of a draft; also of what is asked inside of a question. @throws Refusal where there is none */
  planOf: (draft: Draft) => QueryPlan;
}

export type Selected = QueryPlan["select"][number];

/** What a plan has beside the tables and the conditions, which are put together by the way. */
export type Clauses = Omit<QueryPlan, "from" | "joins" | "where">;

export const asColumn = (ref: ColumnRef) => ({ kind: "column" as const, ...ref });

export const same = (one: Expression, other: ColumnRef) =>
  one.kind === "column" && one.source === other.source && one.column === other.column;

/** A plan in the making: what was asked, what of the schema is meant, and what has been put together of it. */
export class Draft {
  /** What speaks against the plan although each part of it could be found. */
  surprise = 0;
  /** Further queries that the results have to be in, or must not be in. */
  readonly combined: { op: "intersect" | "except"; frame: Frame }[] = [];
  readonly asked: Asked;
  readonly frame: Frame;
  /** What picks out things other than the one that the question is about: "of the dorm with the most rooms". */
  readonly picked: readonly Pick[];
  readonly resolver: Resolver;
  /** The tables that the question names, in its order. */
  readonly mentioned: readonly { mention: TableMention; table: Table }[];
  readonly measures: readonly Measure[];
  readonly builder: PlanBuilder;

  constructor(asked: Asked, decisions = new Decisions()) {
    this.asked = asked;
    const { index, said } = asked;
    const frame = withImpliedGroup(settled(asked.frame));
    this.resolver = new Resolver(index, decisions);
    const mentioned: { mention: TableMention; table: Table }[] = [];
    for (const mention of frame.topics)
      mentioned.push({
        mention,
        table: this.resolver.table(
          mention,
          mentioned.map(({ table }) => table),
        ),
      });
    this.mentioned = mentioned;
    [this.frame, this.picked] = splitPicks(frame);
    const { show, orders, filters } = this.frame;
    this.measures = [
      ...show.filter(isMeasure),
      ...orders.flatMap(({ by }) => (isMeasure(by) ? [by] : [])),
      ...filters.flatMap((filter) => (filter.kind === "having" ? [filter.measure] : [])),
    ];
    this.builder = new PlanBuilder(index.graph, rootOf(this), decisions, said);
  }

  /** For a query inside of this one. */
  another(frame: Frame): Draft {
    return new Draft({ ...this.asked, frame });
  }

  /** @throws Refusal where there is no plan */
  plan(): QueryPlan {
    return this.asked.planOf(this);
  }

  /** The tables that the question names. */
  get near(): Table[] {
    return this.mentioned.map(({ table }) => table);
  }

  /** Where columns may be: the table that the question is about first. */
  get tables(): Table[] {
    return [...new Set([this.builder.root, ...this.near])];
  }

  /** The columns that are shown. */
  get attributes(): Attribute[] {
    return this.frame.show.flatMap((item) => (item.kind === "attribute" ? [item.attribute] : []));
  }

  /** "cities with more than 3 customers": of columns alone, how many rows have each. */
  get required(): Extract<Filter, { kind: "related" }> | undefined {
    const { topics, filters } = this.frame;
    if (topics.length > 0 || this.attributes.length === 0) return undefined;
    return filters.find(
      (filter): filter is Extract<Filter, { kind: "related" }> =>
        filter.kind === "related" && !(filter.op === "=" && filter.value === 0),
    );
  }

  /** A column, joined. @param ranks it is sorted by: whether to pick the first */
  refOf(attribute: Attribute, ranks?: boolean): ColumnRef {
    const { builder } = this;
    const { table, column } = this.resolver.column(attribute, this.tables);
    // To sort by what there may be several of is to show some rows several times.
    if (ranks !== undefined && !builder.isToOne(table) && builder.sourceOf(table) === undefined) this.surprise += 0.8;
    // "the most catalogs" does not rank by what catalogs are called.
    if (ranks && kindOf(column) === "text") this.surprise += 0.7;
    return builder.column(table, column.name);
  }
}
