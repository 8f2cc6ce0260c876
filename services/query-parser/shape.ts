import type { Draft, Measure, Order } from "./draft.ts";
import type { Comparator } from "./plan/plan.ts";
import { Refusal } from "./refusal.ts";

export const isMeasure = (by: Order["by"]): by is Measure => by !== "result" && "fn" in by;

/** A draft in which a condition on how many there are may be one on what is computed. */
export type Shaped = Draft & { threshold?: { op: Comparator; value: number } };

/**
 * "orders per customer" counts orders; "countries with more than 20 customers" computes the number of customers per
 * country, and compares it.
 */
export function shape(draft: Draft): Shaped {
  const computed = [...draft.measures, ...draft.orders.flatMap(({ by }) => (isMeasure(by) ? [by] : []))];
  // All that is computed is computed over the same rows.
  if (computed.length > 1 && computed.some(({ narrowed }) => narrowed)) throw new Refusal("I did not understand: two things would be computed over different rows. Ask for them one by one.");
  if (draft.groups.length > 0 && draft.measures.length === 0) {
    const { head, projections, orders } = draft;
    if (head && projections.length === 0 && orders.length === 0) return { ...draft, measures: [{ fn: "count", of: head, distinct: false }] };
    const words = draft.groups.map(({ words }) => words);
    throw new Refusal(`I did not understand what to compute for each ${words.join(" and ")}.`, { words, hints: ["Ask for a number, a total, an average, a highest or a lowest."] });
  }
  const related = draft.filters.filter((filter) => filter.kind === "related");
  const [only, other] = related;
  if (draft.head || draft.measures.length > 0 || draft.projections.length === 0 || !only) return draft;
  if (other || draft.orders.some(({ by }) => isMeasure(by))) throw new Refusal(`I did not understand: ${only.words}.`, { words: [only.words] });
  return {
    ...draft,
    measures: [{ fn: "count", of: only.table, distinct: false }],
    groups: draft.projections,
    projections: [],
    filters: draft.filters.filter((filter) => filter !== only),
    threshold: { op: only.op, value: only.value },
  };
}
