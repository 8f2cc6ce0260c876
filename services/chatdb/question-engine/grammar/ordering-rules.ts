import { kindOf } from "../column-kind.ts";
import {
  aggregates,
  counts,
  type Direction,
  directions,
  extremes,
  frequencies,
  orderOf,
  ordinals,
  sortings,
  superlatives,
  tops,
} from "../language/lexicon.ts";
import { infinitive } from "../language/verbs.ts";
import { attributeOf, attributesAt } from "./attributes.ts";
import { averageOf } from "./average-rules.ts";
import type { Attribute, Frame, Measure, Order } from "./frame.ts";
import { measuresAt } from "./measures.ts";
import type { Sentence } from "./sentence.ts";
import { type Rule, step, type Step, withTopic, withTopicOf } from "./step.ts";
import { thingsAt, withValuesOf } from "./things.ts";

const withOrder = (frame: Frame, ...orders: Order[]): Frame => ({ ...frame, orders: [...frame.orders, ...orders] });

/** "sorted by price descending", "in ascending order of name", "ordered by country and name". */
export const sorting: Rule = (sentence, at, frame) => {
  const lead = sentence.skip(
    at,
    "and",
    ",",
    "then",
    "please",
    "sort",
    "order",
    "list",
    "arrange",
    "rank",
    "sorted",
    "ordered",
    "listed",
    "the",
    "result",
    "results",
    "them",
    "it",
    "these",
  );
  const directed = sentence.phrase(orderOf, lead);
  const match =
    directed ??
    sentence.phrase(sortings, lead) ??
    sentence.phrase(sortings, at) ??
    ((frame.sorts || (frame.rank && frame.orders.length === 0)) && sentence.words[at] === "by"
      ? { end: at + 1 }
      : undefined);
  if (!match) return [];
  const defaultDirection = directed?.meaning ?? (frame.rank === "top" ? "desc" : "asc");
  return keysAt(sentence, match.end, frame, defaultDirection).map(({ end, orders, cost }) =>
    step(end, withOrder({ ...frame, mode: "condition" }, ...orders), cost),
  );
};

interface SortKeys {
  end: number;
  orders: Order[];
  cost: number;
}

/** Reads the sort keys in sequence, each with its direction. */
function keysAt(sentence: Sentence, at: number, frame: Frame, defaultDirection: Direction): SortKeys[] {
  const direction = sentence.phrase(directions, sentence.articles(at));
  const from = sentence.skip(direction?.end ?? at, "order", "of", "the", "their", "its", "by");
  return keyAt(sentence, from, frame).flatMap(({ end, by, cost }): SortKeys[] => {
    const after =
      sentence.phrase(directions, sentence.skip(end, ",", "in", "and", "from", "with")) ??
      sentence.phrase(directions, end);
    const order: Order = { at, by, direction: after?.meaning ?? direction?.meaning ?? defaultDirection, picks: false };
    const single = { end: after?.end ?? end, orders: [order], cost };
    // "by the year they were built and their class"
    const clause = ["they", "it"].includes(sentence.words[single.end] ?? "")
      ? sentence.skip(single.end, "they", "it", "were", "was", "are", "is", "have", "has", "been")
      : single.end;
    const over =
      clause > single.end && infinitive(sentence.words[clause] ?? "") !== undefined ? clause + 1 : single.end;
    const next = sentence.skip(over, "and", ",", "then", "by", "the", "their", "its", "finally", "also");
    const listed =
      sentence.words[next - 1] !== "," ||
      sentence.words.slice(next).some((word, place, words) => word === "," && words[place + 1] === "then");
    const further = next > over && listed ? keysAt(sentence, next, frame, order.direction)[0] : undefined;
    return further
      ? [
          { end: further.end, orders: [order, ...further.orders], cost: cost + further.cost },
          { ...single, cost: cost + 0.3 },
        ]
      : [single];
  });
}

function keyAt(sentence: Sentence, at: number, frame: Frame): { end: number; by: Order["by"]; cost: number }[] {
  const from = sentence.articles(at);
  const measures = measuresAt(sentence, from, { ...frame, topics: frame.topics }).flatMap(
    ({ end, measures: [measure], cost }) => (measure ? [{ end, by: measure, cost }] : []),
  );
  const named = attributesAt(sentence, from).map(({ end, attribute, cost }) => ({ end, by: attribute, cost }));
  const computed = sentence.phrase(counts, from) ?? sentence.phrase(aggregates, from);
  const result =
    computed ??
    (["number", "result", "count", "frequency"].includes(sentence.words[from] ?? "") ? { end: from + 1 } : undefined);
  const found = [...measures, ...named, ...(result ? [{ end: result.end, by: "result" as const, cost: 0.5 }] : [])];
  if (found.length > 0) return found;
  if (["date", "time", "dates", "times"].includes(sentence.words[from] ?? ""))
    return [{ end: from + 1, by: { kind: "time", words: "date", at: from }, cost: 0.1 }];
  return sentence
    .tables(from)
    .map((table) => ({ end: table.end, by: { kind: "label", words: table.words, at: from }, cost: 0.4 }));
}

/** "newest first", "cheapest first" */
export const qualityFirst: Rule = (sentence, at, frame) => {
  const quality = sentence.phrase(superlatives, sentence.skip(at, "the"));
  if (!quality || sentence.words[quality.end] !== "first" || (frame.topics.length === 0 && frame.show.length === 0))
    return [];
  const words = sentence.textOf(at, quality.end);
  const { rather, nouns, direction } = quality.meaning;
  const meanings = rather ? [rather, { nouns, direction }] : [{ nouns, direction }];
  return meanings.map((meaning, place) =>
    step(
      quality.end + 1,
      withOrder(frame, { at, by: attributeOf(meaning.nouns, words, at), direction: meaning.direction, picks: false }),
      place * 0.1,
    ),
  );
};

/** "descending", "alphabetically": sorts by the computed value, else by the first column shown. */
export const bareDirection: Rule = (sentence, at, frame) => {
  const from = sentence.skip(
    at,
    "sorted",
    "ordered",
    "order",
    "sort",
    "listed",
    "arranged",
    "ranked",
    "the",
    "results",
    "result",
    "list",
    "them",
  );
  const match = sentence.phrase(directions, from);
  if (!match || (frame.show.length === 0 && frame.topics.length === 0)) return [];
  const last = frame.orders.at(-1);
  // "ordered by age ... descending"
  if (last)
    return last.picks
      ? []
      : [
          step(
            match.end,
            { ...frame, orders: [...frame.orders.slice(0, -1), { ...last, direction: match.meaning }] },
            0.3,
          ),
        ];
  const [shown] = frame.show;
  const by: Order["by"] =
    shown?.kind === "attribute"
      ? shown.attribute
      : shown?.kind === "measure"
        ? "result"
        : { kind: "label", words: sentence.textOf(at, match.end), at };
  return [step(match.end, withOrder(frame, { at, by, direction: match.meaning, picks: false }), 0.1)];
};

/** "top 5", "first ten", "limit 3", "the 5 customers", "3 most expensive". */
export const limiting: Rule = (sentence, at, frame) => {
  if (frame.limit !== undefined) return [];
  const match = sentence.phrase(tops, at);
  const number = sentence.number(match?.end ?? at);
  const whole = number && Number.isSafeInteger(number.value) && number.value > 0 ? number : undefined;
  // "the five best", "the best customer"
  const ranked = whole && !match ? sentence.phrase(tops, whole.end) : undefined;
  if (whole && ranked && ranked.meaning !== "first")
    return [step(ranked.end, { ...frame, limit: whole.value, rank: ranked.meaning }, 0.1)];
  const single = match && !whole && sentence.tables(match.end)[0]?.plural === false;
  if (single && match.meaning !== "first") return [step(match.end, { ...frame, rank: match.meaning, limit: 1 }, 0.2)];
  if (match && match.meaning !== "first")
    return [
      step(
        whole?.end ?? match.end,
        { ...frame, rank: match.meaning, ...(whole ? { limit: whole.value } : {}) },
        whole ? 0 : 0.2,
      ),
    ];
  if (!whole) return [];
  const followed =
    match !== undefined ||
    picksAt(sentence, whole.end) ||
    (sentence.tables(whole.end).length > 0 && frame.mode === "show");
  return followed ? [step(whole.end, { ...frame, limit: whole.value }, match ? 0.1 : 0.2)] : [];
};

const picksAt = (sentence: Sentence, at: number) =>
  [superlatives, extremes, frequencies].some((phrases) => sentence.phrase<unknown>(phrases, at) !== undefined);

/** "the ones with the top 3 prices", "the 3 top prices": ranks by the number itself. */
export const topOf: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(tops, at);
  if (
    !match ||
    match.meaning === "first" ||
    frame.limit !== undefined ||
    (frame.topics.length === 0 && frame.show.length === 0)
  )
    return [];
  const number = sentence.number(match.end);
  if (!number || !Number.isSafeInteger(number.value) || number.value < 1) return [];
  const direction = match.meaning === "top" ? "desc" : "asc";
  return attributesAt(sentence, number.end)
    .filter(
      ({ attribute }) =>
        attribute.kind === "name" && attribute.name.columns.some(({ column }) => kindOf(column) === "number"),
    )
    .map(({ end, attribute, cost }) =>
      step(
        end,
        withOrder(
          { ...withTopicOf(frame, attribute), limit: number.value },
          { at, by: attribute, direction, picks: true },
        ),
        cost,
      ),
    );
};

/** "from cheapest to dearest": sorts. */
export const spanning: Rule = (sentence, at, frame) => {
  const first = sentence.words[at] === "from" ? sentence.phrase(superlatives, sentence.skip(at + 1, "the")) : undefined;
  const second =
    first && ["to", "down", "up"].includes(sentence.words[first.end] ?? "")
      ? sentence.phrase(superlatives, sentence.skip(first.end, "to", "down", "up", "the"))
      : undefined;
  if (!first || !second || (frame.topics.length === 0 && frame.show.length === 0)) return [];
  const { nouns, direction } = first.meaning;
  return [
    step(
      second.end,
      withOrder(frame, { at, by: attributeOf(nouns, sentence.textOf(at, second.end), at), direction, picks: false }),
      0.05,
    ),
  ];
};

/** "the second highest" */
export const ordinal: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(ordinals, at);
  if (!match || !picksAt(sentence, match.end)) return [];
  return [step(match.end, { ...frame, nth: match.meaning })];
};

/** "the cheapest product", "latest orders", "the product that is cheapest". */
export const superlative: Rule = (sentence, at, frame) => {
  const quality = sentence.phrase(superlatives, at);
  if (!quality) return [];
  const words = sentence.textOf(at, quality.end);
  const count = sentence.number(quality.end);
  const from = count && Number.isSafeInteger(count.value) ? count.end : quality.end;
  const { nouns, direction, rather } = quality.meaning;
  const meanings = rather
    ? [
        { ...rather, cost: 0 },
        { nouns, direction, cost: 0.1 },
      ]
    : [{ nouns, direction, cost: 0 }];
  return meanings.flatMap((meaning): Step[] => {
    const limited = count && from === count.end ? { ...frame, limit: frame.limit ?? count.value } : frame;
    const attribute = attributeOf(meaning.nouns, words, at);
    const next = withOrder(limited, {
      at,
      by: sentence.averages ? averageOf(attribute, at, quality.end) : attribute,
      direction: meaning.direction,
      picks: true,
    });
    const tables = thingsAt(sentence, from).map((thing) =>
      step(thing.end, withValuesOf(withTopic(next, thing.table), thing, sentence), meaning.cost + thing.cost),
    );
    return tables.length > 0 ? tables : [step(from, next, meaning.cost + 0.5)];
  });
};

/** "(the product with) the highest price", "(customers with) the most orders", "the largest number of visits". */
export const extreme: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(extremes, at);
  if (!match) return [];
  const subject = frame.topics.length > 0 || frame.show.length > 0;
  const from = sentence.skip(match.end, "the", "of", "amount");
  const pick = (by: Order["by"]): Order => ({ at, by, direction: match.meaning, picks: true });
  const measures = measuresAt(sentence, from, frame).flatMap(({ end, measures: [measure], cost }): Step[] =>
    measure ? [step(end, withOrder(frame, pick(measure)), cost)] : [],
  );
  const attributes = attributesAt(sentence, from).map(({ end, attribute, cost }) =>
    step(end, withOrder(withTopicOf(frame, attribute), pick(attribute)), cost + (subject ? 0 : 0.8)),
  );
  // "the youngest student" is not a count.
  const counts = [
    "most",
    "fewest",
    "least",
    "highest",
    "largest",
    "greatest",
    "biggest",
    "smallest",
    "lowest",
    "maximum",
    "minimum",
  ].includes(sentence.words[at]!);
  const tables = (counts ? thingsAt(sentence, from) : []).map((thing): Step => {
    const measure: Measure = {
      kind: "measure",
      at,
      end: thing.end,
      fn: "count",
      of: { kind: "rows", table: thing.table },
      distinct: false,
    };
    return step(
      thing.end,
      withOrder(withValuesOf(frame, thing, sentence), pick(measure)),
      thing.cost + (subject ? 0.05 : 0.8),
    );
  });
  return [...measures, ...attributes, ...tables];
};

/** "the most common country", "the country that is most common". */
export const frequency: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(frequencies, at);
  if (!match) return [];
  const order: Order = { at, by: "frequency", direction: match.meaning, picks: true };
  const named = attributesAt(sentence, sentence.articles(match.end)).map(({ end, attribute, cost }) =>
    step(
      end,
      withOrder({ ...withTopicOf(frame, attribute), show: [...frame.show, { kind: "attribute", attribute }] }, order),
      cost,
    ),
  );
  return [...named, step(match.end, withOrder(frame, order), 0.3)];
};

export const isAttributeOrder = (by: Order["by"]): by is Attribute => typeof by === "object" && by.kind !== "measure";
