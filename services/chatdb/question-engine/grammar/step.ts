import { oppositeComparators } from "../plan/plan.ts";
import type { Attribute, Filter, Frame, Predicate, TableMention } from "./frame.ts";
import type { Sentence } from "./sentence.ts";

/** The result of a rule: the position after it, the frame it leads to, and its cost. */
export interface Step {
  end: number;
  frame: Frame;
  cost: number;
}

/** A rule of the grammar: all steps that one kind of phrase allows from a position. */
export type Rule = (sentence: Sentence, at: number, frame: Frame) => readonly Step[];

/** One step of a rule: how far it read, the frame after it, and its cost. */
export const step = (end: number, frame: Frame, cost = 0): Step => ({ end, frame, cost });

type Span = { sentence: Sentence; at: number; end: number };

type Bare<F> = F extends Filter ? Omit<F, "at" | "end" | "words" | "or" | "denied"> : never;

/** Adds a condition to a frame. After "or" it is an alternative to the one before. */
export function withFilter(frame: Frame, filter: Bare<Filter>, { sentence, at, end }: Span): Frame {
  const turned = frame.denied ? oppositeOf(filter) : undefined;
  const whole = {
    ...(turned ?? filter),
    at,
    end,
    denied: frame.denied && !turned,
    words: sentence.textOf(at, end),
    or: frame.or,
  };
  return { ...frame, filters: [...frame.filters, whole], mode: "condition", denied: false, or: false };
}

/** A step that adds a condition on an attribute, and reads as far as the condition's words. */
export const attributeStep = (
  frame: Frame,
  condition: { attribute: Attribute | undefined; predicate: Predicate },
  span: Span,
  cost: number,
): Step => step(span.end, withFilter(frame, { kind: "attribute", ...condition }, span), cost);

/**
 * Turns a negated comparison of a count or aggregate into its opposite: "do not have more than 3 orders" means at most
 * 3. Undefined for other conditions, and for "no orders", which a second negation does not turn into some.
 */
function oppositeOf(filter: Bare<Filter>): Bare<Filter> | undefined {
  if (filter.kind === "attribute") {
    const { predicate } = filter;
    return predicate.kind === "measured"
      ? { ...filter, predicate: { ...predicate, op: oppositeComparators[predicate.op] } }
      : undefined;
  }
  return filter.op === "=" && filter.value === 0 ? undefined : { ...filter, op: oppositeComparators[filter.op] };
}

export function withTopic(frame: Frame, table: TableMention): Frame {
  return frame.topics.some(({ at }) => at === table.at) ? frame : { ...frame, topics: [...frame.topics, table] };
}

/** Adds the table that a column was named with to the topics. */
export function withTopicOf(frame: Frame, attribute: Attribute | undefined): Frame {
  return attribute?.kind === "name" && attribute.name.of ? withTopic(frame, attribute.name.of) : frame;
}
