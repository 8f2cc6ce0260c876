import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { Frame } from "../grammar/frame.ts";
import { byAttribute } from "../grammar/ordering-rules.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import { labelOf } from "../linking/labels.ts";
import type { ColumnRef, QueryPlan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { contraryApart } from "./apart.ts";
import { computedClauses } from "./computed.ts";
import { Decisions, type Decision } from "./decisions.ts";
import { derivedPlan, innerOf } from "./derived.ts";
import { Draft, same, type Asked, type Clauses, type Selected } from "./draft.ts";
import { countsApart } from "./frames.ts";
import { listedClauses } from "./listed.ts";
import { withoutNeedlessJoins } from "./needless-joins.ts";
import { topOfEach } from "./top-of-each.ts";

export interface Planned {
  plan: QueryPlan;
  /** What it cost to find the names in the schema. */
  naming: number;
  /** What speaks against the plan although each part of it could be found. */
  surprise: number;
  /** The points at which more than one meaning was possible. */
  decisions: readonly Decision[];
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
  const first = planWith({ frame, index, said, planOf }, decisions);
  const others = decisions
    .alternatives()
    .slice(0, maxAlternatives)
    .flatMap(({ id, place }) => {
      try {
        return [planWith({ frame, index, said, planOf }, new Decisions(new Map([[id, place]])))];
      } catch (error) {
        if (error instanceof Refusal) return [];
        throw error;
      }
    });
  return [first, ...others].sort((a, b) => a.naming + a.surprise - b.naming - b.surprise);
}

function planWith(asked: Asked, decisions: Decisions): Planned {
  const draft = new Draft(asked, decisions);
  const plan = draft.plan();
  const { combined } = draft;
  if (combined.length === 0)
    return { plan, naming: decisions.cost, surprise: draft.surprise, decisions: decisions.made };
  // No row that shows what is its own alone is in common with another.
  if (plan.select.some(({ value }) => value.kind === "column" && isOwn(asked.index.schema, plan)(value)))
    draft.surprise += 1;
  const combine = combined.map(({ op, frame }) => ({ op, query: innerOf(draft.another(frame).plan()) }));
  return {
    plan: { ...plan, distinct: false, orderBy: [], combine },
    naming: decisions.cost,
    surprise: draft.surprise,
    decisions: decisions.made,
  };
}

/** The plan that a draft makes. @throws Refusal where there is none */
function planOf(draft: Draft): QueryPlan {
  const { frame } = draft;
  const { rank, orders, groups } = frame;
  const top = topOfEach(draft);
  if (top) return top;
  // "top 10 products": by what?
  if (rank && orders.length === 0) draft.surprise += 1.5;
  // "the most expensive product per category" is one for each.
  if (groups.length > 0 && orders.some(({ picks, by }) => picks && byAttribute(by))) draft.surprise += 1.5;
  if (countsApart(frame)) draft.surprise += 1.5;
  const derived = derivedPlan(draft);
  if (derived) return derived;
  const computes =
    draft.measures.length > 0 ||
    groups.length > 0 ||
    orders.some(({ by }) => by === "frequency") ||
    draft.required !== undefined;
  return finished(draft, computes ? computedClauses(draft) : listedClauses(draft));
}

function finished({ builder: { from, joins, where }, asked: { index } }: Draft, clauses: Clauses): QueryPlan {
  const { limit, offset, ...others } = clauses;
  // What is sorted by in a grouped query is grouped by too, or there would be no one value of it.
  const grouped =
    clauses.groupBy.length > 0
      ? clauses.orderBy.flatMap(({ value }) =>
          value.kind === "column" && !clauses.groupBy.some((each) => same(each, value)) ? [value] : [],
        )
      : [];
  const plan = {
    from,
    joins,
    where,
    ...others,
    groupBy: [...clauses.groupBy, ...grouped],
    select: withDistinctNames(clauses.select),
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined || offset < 1 ? {} : { offset }),
  };
  return contraryApart(withoutNeedlessJoins(plan, index.schema), isOwn(index.schema, plan));
}

/** Whether a column tells the rows of its table apart, or is what people call them by. */
function isOwn(
  { tables }: DatabaseSchema,
  { from, joins }: Pick<QueryPlan, "from" | "joins">,
): (ref: ColumnRef) => boolean {
  return ({ source, column }) => {
    const of = [from, ...joins].find((each) => each.as === source);
    const table =
      of && "table" in of ? tables.find(({ schema, name }) => schema === of.schema && name === of.table) : undefined;
    return (
      table !== undefined &&
      ((table.primaryKey.length === 1 && table.primaryKey[0] === column) || labelOf(table)?.name === column)
    );
  };
}

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
