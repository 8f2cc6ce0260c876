import type { Table } from "@chatdb/contracts/query.ts";
import type { Frame } from "../grammar/frame.ts";
import { readingsOf } from "../grammar/read.ts";
import type { Sentence } from "../grammar/sentence.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { Comparison } from "../plan/plan.ts";
import { tableOf } from "../plan/source-table.ts";
import { Decisions } from "../planning/decisions.ts";
import { PlanBuilder } from "../planning/plan-builder.ts";
import { plansOf } from "../planning/planner.ts";
import { Refusal } from "../refusal.ts";
import { mergeConditions } from "./condition-changes.ts";
import type { Context, Continuation } from "./context.ts";
import {
  mergeJoins,
  isOverTable,
  withoutUnusedJoins,
  renameSources,
  tableNamed,
  type Rows,
  type TablePlan,
} from "./merge-joins.ts";

/**
 * Asks for rows of another table under the conditions of the previous plan: "and the orders?" after "customers in
 * Germany".
 */
export function anotherThing(sentence: Sentence, { before, markers, index, said }: Context): Continuation[] {
  if (!isOverTable(before) || before.combine || before.where.length === 0) return [];
  return readingsOf(sentence)
    .slice(0, 2)
    .filter(({ frame }) => namesThing(frame))
    .flatMap(({ frame, cost, unread }) =>
      plansOf(frame, index, said).flatMap(({ plan, naming, surprise }): Continuation[] => {
        const root = isOverTable(plan) && !plan.combine ? tableOf(plan.from, index.schema) : undefined;
        if (!root || !isOverTable(plan) || root === tableOf(before.from, index.schema)) return [];
        const conditions = conditionsFor(root, before, index, said);
        return conditions
          ? [
              {
                plan: under(conditions, plan, index),
                cost:
                  cost +
                  naming +
                  Math.max(0, surprise - 0.2) +
                  (markers.manner === "widen" || narrows.has(markers.words[0] ?? "") ? 1.2 : 0.1),
                unread,
              },
            ]
          : [];
      }),
    );
}

/** Opening words that rather narrow down the rows already shown: "with the customer", "from French customers". */
const narrows = new Set(["with", "without", "who", "that", "from", "of", "by", "in", "for", "their", "its"]);

const namesThing = ({ topics, show }: Frame) =>
  topics.length > 0 || show.some((item) => item.kind === "measure" && item.of?.kind === "rows");

/** Moves the conditions of a plan to the rows of another table. Undefined if they cannot be written there. */
function conditionsFor(
  root: Table,
  before: TablePlan,
  index: SchemaIndex,
  said: ReadonlySet<string>,
): Rows | undefined {
  const builder = new PlanBuilder(index.graph, root, new Decisions(), said);
  const about = tableOf(before.from, index.schema)!;
  try {
    if (builder.isToOne(about)) {
      const [key = about.columns[0]!.name] = about.primaryKey;
      const { source } = builder.column(about, key);
      const rows: Rows = { from: builder.from, joins: builder.joins, where: [] };
      const { joins, rename } = mergeJoins(rows, before);
      const own = (name: string) => (name === before.from.as ? source : rename(name));
      return {
        ...rows,
        joins: joins.map((join) =>
          rows.joins.includes(join)
            ? join
            : {
                ...join,
                on: before.joins
                  .find(({ as }) => own(as) === join.as)!
                  .on.map(({ left, right }) => ({ left: renameSources(left, own), right })),
              },
        ),
        where: renameSources(before.where, own),
      };
    }
    builder.mention(about);
    for (const condition of before.where) {
      const table = condition.kind === "column" ? tableNamed(before, condition.column.source, index.schema) : undefined;
      if (!table) return undefined;
      builder.restrict(
        table,
        (source) => ({ ...condition, column: { ...(condition as Comparison).column, source } }) as Comparison,
      );
    }
    return { from: builder.from, joins: builder.joins, where: builder.where };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Adds the previous conditions to a plan, whose own conditions replace those on the same columns. */
function under(conditions: Rows, plan: TablePlan, index: SchemaIndex): TablePlan {
  const { joins, rename } = mergeJoins(conditions, plan);
  const { where, select, groupBy, having, orderBy, ...rest } = plan;
  const whole = {
    ...rest,
    from: conditions.from,
    joins,
    where: mergeConditions(conditions.where, renameSources(where, rename), "replace"),
    select: select.map(({ value, as }) => ({ value: renameSources(value, rename), as })),
    groupBy: renameSources(groupBy, rename),
    having: renameSources(having, rename),
    orderBy: renameSources(orderBy, rename),
  };
  return withoutUnusedJoins(whole, index.schema);
}
