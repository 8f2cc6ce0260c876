import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { Frame } from "../grammar/frame.ts";
import { isAttributeOrder } from "../grammar/ordering-rules.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import { labelOf } from "../linking/labels.ts";
import type { ColumnRef, QueryPlan } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { separateContradictions } from "./contradictions.ts";
import { computedClauses } from "./computed-clauses.ts";
import { Decisions, type Decision } from "./decisions.ts";
import { derivedPlan, innerOf } from "./derived-plans.ts";
import { isColumn } from "../plan/plan.ts";
import { Draft, type PlanningInput, type Clauses, type Selected } from "./draft.ts";
import { countsDifferentRows } from "./frame-adjustments.ts";
import { listedClauses } from "./listed-clauses.ts";
import { withoutNeedlessJoins } from "./needless-joins.ts";
import { topOfEach } from "./top-of-each.ts";

export interface Planned {
  plan: QueryPlan;
  /** Cost of the names found in the schema. */
  naming: number;
  /** Cost of what makes the plan unlikely although each part of it was found. */
  surprise: number;
  /** The points at which more than one meaning was possible. */
  decisions: readonly Decision[];
}

/** How many other meanings of single words are tried. */
const maxAlternatives = 4;

/**
 * Makes the plans that a reading may mean, the likeliest first.
 * @param questionRoots the word roots of the question
 * @throws Refusal if there is none
 */
export function plansOf(frame: Frame, index: SchemaIndex, questionRoots: ReadonlySet<string>): Planned[] {
  const decisions = new Decisions();
  const first = planWith({ frame, index, questionRoots, planOf }, decisions);
  const others = decisions
    .alternatives()
    .slice(0, maxAlternatives)
    .flatMap(({ id, place }) => {
      try {
        return [planWith({ frame, index, questionRoots, planOf }, new Decisions(new Map([[id, place]])))];
      } catch (error) {
        if (error instanceof Refusal) return [];
        throw error;
      }
    });
  return [first, ...others].sort((a, b) => a.naming + a.surprise - b.naming - b.surprise);
}

function planWith(input: PlanningInput, decisions: Decisions): Planned {
  const draft = new Draft(input, decisions);
  const plan = draft.plan();
  const { combined } = draft;
  if (combined.length === 0)
    return { plan, naming: decisions.cost, surprise: draft.surprise, decisions: decisions.made };
  // Rows that show a column of their own never match rows of another query.
  if (plan.select.some(({ value }) => value.kind === "column" && identifiesRow(input.index.schema, plan)(value)))
    draft.surprise += 1;
  const combine = combined.map(({ op, frame }) => ({ op, query: innerOf(draft.another(frame).plan()) }));
  return {
    plan: { ...plan, distinct: false, orderBy: [], combine },
    naming: decisions.cost,
    surprise: draft.surprise,
    decisions: decisions.made,
  };
}

/** Makes the plan of a draft. @throws Refusal if there is none */
function planOf(draft: Draft): QueryPlan {
  const { frame } = draft;
  const { rank, orders, groups } = frame;
  const top = topOfEach(draft);
  if (top) return top;
  // "top 10 products": by what?
  if (rank && orders.length === 0) draft.surprise += 1.5;
  // "the most expensive product per category" wants one for each category.
  if (groups.length > 0 && orders.some(({ picks, by }) => picks && isAttributeOrder(by))) draft.surprise += 1.5;
  if (countsDifferentRows(frame)) draft.surprise += 1.5;
  const derived = derivedPlan(draft);
  if (derived) return derived;
  const computes =
    draft.measures.length > 0 ||
    groups.length > 0 ||
    orders.some(({ by }) => by === "frequency") ||
    draft.required !== undefined;
  return assemblePlan(draft, computes ? computedClauses(draft) : listedClauses(draft));
}

function assemblePlan({ builder: { from, joins, where }, input: { index } }: Draft, clauses: Clauses): QueryPlan {
  const { limit, offset, ...others } = clauses;
  // A grouped query also groups by the columns that it sorts by, since each needs one value per group.
  const grouped =
    clauses.groupBy.length > 0
      ? clauses.orderBy.flatMap(({ value }) =>
          value.kind === "column" && !clauses.groupBy.some((each) => isColumn(each, value)) ? [value] : [],
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
  return separateContradictions(withoutNeedlessJoins(plan, index.schema), identifiesRow(index.schema, plan));
}

/** Whether a column is the key or the label of its table. */
function identifiesRow(
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

/** Gives the columns of a result distinct names: a second `name` becomes `categories_name`. */
function withDistinctNames(select: Selected[]): Selected[] {
  const names = new Set<string>();
  return select.map(({ value, as }) => {
    let name = names.has(as) && value.kind === "column" ? `${value.source}_${as}` : as;
    for (let n = 2; names.has(name); n++) name = `${as}_${n}`;
    names.add(name);
    return { value, as: name };
  });
}
