import type { Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import type { Attribute, Filter, Frame, Measure, TableMention } from "../grammar/frame.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { ColumnRef, QueryPlan } from "../plan/plan.ts";
import { Decisions } from "./decisions.ts";
import {
  isMeasure,
  withAmbiguousCountsResolved,
  splitPicks,
  requiredCount,
  shownAttributes,
  withImpliedGroup,
  type Pick,
} from "./frame-adjustments.ts";
import { PlanBuilder } from "./plan-builder.ts";
import { Resolver } from "./resolver.ts";
import { rootOf } from "./root.ts";

export interface PlanningInput {
  frame: Frame;
  index: SchemaIndex;
  /** The word roots of the question. */
  questionRoots: ReadonlySet<string>;
  /** Makes the plan of a draft, inner queries included. @throws Refusal if there is none */
  planOf: (draft: Draft) => QueryPlan;
}

export type Selected = QueryPlan["select"][number];

/** The parts of a plan beside its tables and conditions, which the {@link PlanBuilder} collects. */
export type Clauses = Omit<QueryPlan, "from" | "joins" | "where">;

/** A plan under construction: the input, the meanings resolved so far, and the joins and conditions collected. */
export class Draft {
  /** Cost of what makes the plan unlikely although each part of it was found. */
  surprise = 0;
  /** Further queries to intersect the results with, or to subtract from them. */
  readonly combined: { op: "intersect" | "except"; frame: Frame }[] = [];
  readonly input: PlanningInput;
  readonly frame: Frame;
  /**
   * Superlatives that pick another thing than the one that the question is about: "of the dorm with the most rooms".
   */
  readonly picked: readonly Pick[];
  readonly resolver: Resolver;
  /** The tables that the question names, in its order. */
  readonly mentioned: readonly { mention: TableMention; table: Table }[];
  readonly measures: readonly Measure[];
  readonly builder: PlanBuilder;

  constructor(input: PlanningInput, decisions = new Decisions()) {
    this.input = input;
    const { index, questionRoots } = input;
    const frame = withImpliedGroup(withAmbiguousCountsResolved(input.frame));
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
    this.builder = new PlanBuilder(
      index.graph,
      rootOf({ index, frame: this.frame, resolver: this.resolver, mentioned, measures: this.measures }),
      decisions,
      questionRoots,
    );
  }

  /** A draft for a query inside this one. */
  another(frame: Frame): Draft {
    return new Draft({ ...this.input, frame });
  }

  /** @throws Refusal if there is no plan */
  plan(): QueryPlan {
    return this.input.planOf(this);
  }

  /** The tables that the question names. */
  get near(): Table[] {
    return this.mentioned.map(({ table }) => table);
  }

  /** The tables that columns are looked up in, the root first. */
  get tables(): Table[] {
    return [...new Set([this.builder.root, ...this.near])];
  }

  /** The columns that are shown. */
  get attributes(): Attribute[] {
    return shownAttributes(this.frame);
  }

  /** See {@link requiredCount}. */
  get required(): Extract<Filter, { kind: "related" }> | undefined {
    return requiredCount(this.frame);
  }

  /** Joins a column. @param ranks for a column to sort by: whether the sorting picks the first row */
  refOf(attribute: Attribute, ranks?: boolean): ColumnRef {
    const { builder } = this;
    const { table, column } = this.resolver.column(attribute, this.tables);
    // Sorting by a column with several values per row repeats rows.
    if (ranks !== undefined && !builder.isToOne(table) && builder.sourceOf(table) === undefined) this.surprise += 0.8;
    // "the most catalogs" does not rank by the names of catalogs.
    if (ranks && kindOf(column) === "text") this.surprise += 0.7;
    return builder.column(table, column.name);
  }
}
