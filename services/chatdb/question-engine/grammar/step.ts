import { oppositeComparators } from "../plan/plan.ts";
import type { Attribute, Filter, Frame, TableMention } from "./frame.ts";
import type { Sentence } from "./sentence.ts";

/** A way in which a question can go on: how far it is read then, what is known then, and what that costs. */
export interface Step {
  end: number;
  frame: Frame;
  cost: number;
}

/** All ways in which a question can go on from a position by one kind of phrase; none where it does not fit. */
export type Rule = (sentence: Sentence, at: number, frame: Frame) => readonly Step[];

/** What comes of trying things in turn: the first that is there. */
export const step = (end: number, frame: Frame, cost = 0): Step => ({ end, frame, cost });

type Span = { sentence: Sentence; at: number; end: number };

type Bare<F> = F extends Filter ? Omit<F, "at" | "end" | "words" | "or" | "denied"> : never;

/** The frame with one more condition. What follows "or" may hold instead of what was said before. */
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

/**
 * A denied comparison of what is counted or computed, as its opposite: "do not have more than 3 orders" is to have 3 at most. Undefined for other
 * conditions, and for "no orders", which no second denial makes into some.
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

/** The thing that a column was said to be of is part of what the question is about. */
export function withTopicOf(frame: Frame, attribute: Attribute | undefined): Frame {
  return attribute?.kind === "name" && attribute.name.of ? withTopic(frame, attribute.name.of) : frame;
}
