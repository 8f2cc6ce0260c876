import { queryOver } from "../plan/query-over.ts";
import type { Item, Key, Measure } from "../grammar/frame.ts";
import type { InnerQuery, QueryPlan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import type { Draft } from "./draft.ts";
import { isMeasure, rowCount, sameTables } from "./frame-adjustments.ts";

/** Prefixes of the names of computed columns; the name of the source column follows. */
export const prefixes = { sum: "total", avg: "average", min: "lowest", max: "highest", count: "number_of" };

/** The plan of a question over the rows of another query, or undefined if the draft needs none. */
export function derivedPlan(draft: Draft): QueryPlan | undefined {
  return aggregateOfCounts(draft) ?? countOfGroups(draft);
}

/** Makes a plan an inner query. @throws Refusal if it contains inner queries itself */
export function innerOf({ combine, from, where, ...plan }: QueryPlan): InnerQuery {
  const flat = where.filter((each) => each.kind !== "measured" && each.kind !== "member");
  if (combine || "query" in from || flat.length < where.length)
    throw new Refusal("I did not understand: that is too many questions in one.");
  return { ...plan, from, where: flat, orderBy: plan.limit === undefined ? [] : plan.orderBy };
}

/** "how many cities have more than 3 airports": counts the groups. */
function countOfGroups(draft: Draft): QueryPlan | undefined {
  const { frame } = draft;
  const [only, ...others] = frame.show;
  if (
    !only ||
    others.length > 0 ||
    !isMeasure(only) ||
    only.fn !== "count" ||
    !only.of ||
    only.of.kind === "rows" ||
    only.of.kind === "revenue" ||
    frame.topics.length > 0
  )
    return undefined;
  const attribute: Item = { kind: "attribute", attribute: only.of };
  const inner = { ...frame, show: [attribute] };
  const required = frame.filters.find((filter) => filter.kind === "related");
  if (!required || (required.op === "=" && required.value === 0)) return undefined;
  const query = innerOf(draft.another(inner).plan());
  return queryOver("found", query, [{ value: { kind: "aggregate", fn: "count", of: [] }, as: "number" }]);
}

/** "the average number of orders per customer": aggregates the counts of each group. */
function aggregateOfCounts(draft: Draft): QueryPlan | undefined {
  const { frame } = draft;
  const measures = frame.show.filter(isMeasure);
  const of = measures.map((each) =>
    each.fn !== "count" && each.fn !== "sum" && each.of?.kind === "rows" ? each.of : undefined,
  );
  const [first] = of;
  if (!first || of.some((each) => each?.table !== first.table) || measures.length < frame.show.length) return undefined;
  const counted: Measure = { ...rowCount, of: first };
  const { groups, topics } = frame;
  const groupKeys =
    groups.length > 0
      ? groups
      : topics
          .filter((topic) => !sameTables(topic, first.table))
          .slice(0, 1)
          .map((table): Key => ({ kind: "rows", table }));
  if (groupKeys.length === 0)
    throw new Refusal("I did not understand for what that is counted.", { hints: ['Add "per" and a thing.'] });
  const query = innerOf(draft.another({ ...frame, show: [counted], groups: groupKeys }).plan());
  const { value, as } = query.select.at(-1)!;
  const column = { kind: "column" as const, source: "counts", column: as };
  const select = measures.map(({ fn }) => ({
    value: { kind: "aggregate" as const, fn, of: [column] },
    as: `${prefixes[fn]}_${as}`,
  }));
  const { from, joins, distinct, where, groupBy, having } = query;
  return queryOver(
    "counts",
    { from, joins, distinct, where, groupBy, having, select: [{ value, as }], orderBy: [] },
    select,
  );
}
