import { labelNouns } from "../language/lexicon.ts";
import { oppositeComparators } from "../plan/plan.ts";
import type { Attribute, ColumnMention, Filter, Frame, TableMention } from "./frame.ts";
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

type Said = { sentence: Sentence; at: number; end: number };

type Bare<F> = F extends Filter ? Omit<F, "at" | "end" | "words" | "or" | "denied"> : never;

/** The frame with one more condition. What follows "or" may hold instead of what was said before. */
export function withFilter(frame: Frame, filter: Bare<Filter>, { sentence, at, end }: Said): Frame {
  const turned = frame.denied ? turnedRound(filter) : undefined;
  const whole = {
    ...(turned ?? filter),
    at,
    end,
    denied: frame.denied && !turned,
    words: sentence.said(at, end),
    or: frame.or,
  };
  return { ...frame, filters: [...frame.filters, whole], mode: "condition", denied: false, or: false };
}

/**
 * A denied comparison of what is counted or computed, as its opposite: "do not have more than 3 orders" is to have 3 at most. Undefined for other
 * conditions, and for "no orders", which no second denial makes into some.
 */
function turnedRound(filter: Bare<Filter>): Bare<Filter> | undefined {
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

/** "the names of the cities" where a city is no more than a column: its values. */
function whatIsCalled(
  sentence: Sentence,
  { at, end }: ColumnMention,
): { end: number; attribute: Attribute; cost: number }[] {
  if (
    end !== at + 1 ||
    !labelNouns.includes(sentence.tokens[at]!.stem) ||
    !["of", "for"].includes(sentence.words[end] ?? "")
  )
    return [];
  const from = sentence.articles(end + 1);
  if (sentence.tables(from).some(({ tables }) => tables.some(({ cost }) => cost < 0.3))) return [];
  return sentence
    .columns(from)
    .map((name) => ({ end: name.end, attribute: { kind: "name" as const, name }, cost: 0.1 }));
}

/** Columns that are named here, also as "name of the student". */
export function attributesAt(sentence: Sentence, at: number): { end: number; attribute: Attribute; cost: number }[] {
  return sentence.columns(at).flatMap((name) => {
    // "number of orders" counts rather than naming a column.
    const counts = name.end === at + 1 && sentence.words[at] === "number" && sentence.words[name.end] === "of";
    const best = Math.min(...name.columns.map((each) => each.cost));
    // "orders" are orders rather than what is left of `ordered_at`.
    const rather =
      best > 0.2 &&
      sentence.tables(at).some(({ end, tables }) => end >= name.end && tables.some((each) => each.cost < 0.1));
    const cost = best * 0.4 + (counts ? 0.8 : 0) + (rather ? 0.6 : 0);
    const found = [
      { end: name.end, attribute: { kind: "name" as const, name }, cost },
      ...whatIsCalled(sentence, name),
    ];
    if (name.of) return found;
    const after = sentence.skip(name.end, "of", "for", "from");
    if (after === name.end) return found;
    for (const of of sentence.tables(sentence.articles(after))) {
      const among = new Set(of.tables.map(({ table }) => table));
      if (name.columns.some(({ table }) => among.has(table))) {
        found.push({ end: of.end, attribute: { kind: "name" as const, name: { ...name, of } }, cost });
      }
    }
    return found;
  });
}
