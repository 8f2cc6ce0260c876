import { aggregates, comparatives, comparators, money, moreOrLess, negations } from "../language/lexicon.ts";
import type { Comparator } from "../plan/plan.ts";
import { rowComparisonsAt } from "./row-comparisons.ts";
import { attributeOf, attributesAt, withFittingColumns } from "./attributes.ts";
import type { PredicateMatch } from "./choices.ts";
import type { Attribute, Predicate } from "./frame.ts";
import { measuresAt } from "./measures.ts";
import { measuredAt, orMore, predicatesAt, rangeAt } from "./predicates.ts";
import { currencies, type Sentence } from "./sentence.ts";
import { attributeStep, type Rule, step, type Step, withFilter, withTopicOf } from "./step.ts";
import { thingsAt, withValuesOf } from "./things.ts";

/** "cheaper than 20", "older than 56", "aged 20 or more". */
export const comparative: Rule = (sentence, at, frame) => {
  const quality = sentence.phrase(comparatives, at);
  if (!quality) return [];
  const attribute = attributeOf(quality.meaning.nouns, sentence.textOf(at, quality.end), at);
  return numberAfter(sentence, quality.end, quality.meaning.op)
    .concat(
      averageAfter(sentence, quality.end, quality.meaning.op),
      rowComparisonsAt(sentence, quality.end, quality.meaning.op),
    )
    .map((match) =>
      attributeStep(
        frame,
        { attribute, predicate: match.predicate },
        { sentence, at, end: match.end },
        match.cost + 0.1,
      ),
    );
};

/** "20 years old", "at least 18 years of age". */
export const yearsOld: Rule = (sentence, at, frame) => {
  const denial = sentence.phrase(negations, at);
  const compared = sentence.phrase(comparators, denial?.end ?? at);
  const number = sentence.number(compared?.end ?? denial?.end ?? at);
  const old = number && ["year", "years"].includes(sentence.words[number.end] ?? "") ? number.end + 1 : undefined;
  const end =
    old === undefined
      ? undefined
      : sentence.words[old] === "old"
        ? old + 1
        : sentence.words[old] === "of" && sentence.words[old + 1] === "age"
          ? old + 2
          : undefined;
  if (!number || end === undefined) return [];
  const predicate: Predicate = { kind: "number", op: compared?.meaning ?? "=", value: number.value };
  const attribute = attributeOf(["age"], sentence.textOf(at, end), at);
  return [
    attributeStep(denial ? { ...frame, denied: true } : frame, { attribute, predicate }, { sentence, at, end }, 0.05),
  ];
};

/** "older than the average (age)" */
function averageAfter(sentence: Sentence, at: number, op: Comparator): PredicateMatch[] {
  const average = sentence.phrase(aggregates, sentence.articles(at));
  return average ? measuredAt(sentence, average.end, op, average.meaning) : [];
}

function numberAfter(sentence: Sentence, at: number, op: Comparator): PredicateMatch[] {
  const number = sentence.number(at);
  if (!number) return [];
  const after = orMore(sentence, number.end);
  return [
    {
      end: after?.end ?? number.end,
      predicate: { kind: "number" as const, op: after?.meaning ?? op, value: number.value },
      cost: 0,
    },
  ];
}

/** "between 100 and 120 euros", "under 10 bucks", "for 5 or less": a condition on the price, or on the only number. */
export const amount: Rule = (sentence, at, frame) => {
  if (frame.topics.length === 0 && frame.filters.length === 0) return [];
  const number = numberAfter(
    sentence,
    sentence.past(comparators, sentence.skip(at, "for")),
    sentence.phrase(comparators, sentence.skip(at, "for"))?.meaning ?? "=",
  );
  const match = [
    ...rangeAt(sentence, at),
    ...(sentence.words[at] === "for" || sentence.phrase(comparators, at) ? number : []),
  ];
  return match.flatMap(({ end, predicate, cost }) => {
    const paid = sentence.words[at] === "for" || currencies.has(sentence.words[end - 1] ?? "");
    const attribute: Attribute = paid
      ? { kind: "nouns", nouns: money, words: sentence.textOf(at, end), at }
      : { kind: "number", words: sentence.textOf(at, end), at };
    return [attributeStep(frame, { attribute, predicate }, { sentence, at, end }, cost + (paid ? 0.15 : 1))];
  });
};

/** "with more than 100 employees": a condition on a column, or on the number of related rows. */
export const quantity: Rule = (sentence, at, frame) => {
  const compared = sentence.phrase(comparators, at);
  const number = sentence.number(sentence.skip(compared?.end ?? at, "a", "total", "of"));
  if (!number || (!compared && !(frame.mode === "condition" || frame.topics.length > 0))) return [];
  const after = orMore(sentence, number.end);
  const op = after?.meaning ?? compared?.meaning ?? "=";
  const from = sentence.skip(
    after?.end ?? number.end,
    "different",
    "distinct",
    "or",
    "of",
    "the",
    "such",
    "corresponding",
    "associated",
    "unique",
    "in",
    "pieces",
    "units",
    "left",
  );
  const steps: Step[] = [];
  for (const { end, attribute, cost } of attributesAt(sentence, from)) {
    const predicate: Predicate = { kind: "number", op, value: number.value };
    steps.push(
      attributeStep(withTopicOf(frame, attribute), { attribute, predicate }, { sentence, at, end }, cost + 0.15),
    );
  }
  if (Number.isSafeInteger(number.value) && number.value >= 0) {
    for (const thing of thingsAt(sentence, from)) {
      const counted = withFilter(
        frame,
        { kind: "related", table: thing.table, op, value: number.value },
        { sentence, at, end: thing.end },
      );
      steps.push(step(thing.end, withValuesOf(counted, thing, sentence), thing.cost));
    }
  }
  // "over 100" applies to the only number column.
  if (compared) {
    const end = after?.end ?? number.end;
    const attribute: Attribute = { kind: "number", words: sentence.textOf(at, end), at };
    steps.push(
      attributeStep(
        frame,
        { attribute, predicate: { kind: "number", op, value: number.value } },
        { sentence, at, end },
        1,
      ),
    );
  }
  return steps;
};

/** "at least a salary of 100000", "more than 3 years": the column between comparison and number. */
export const comparedColumn: Rule = (sentence, at, frame) => {
  const compared = sentence.phrase(comparators, at);
  if (!compared) return [];
  return attributesAt(sentence, sentence.articles(compared.end)).flatMap(({ end, attribute: named, cost }) => {
    const number = sentence.number(sentence.skip(end, "of", "equal", "to", "is"));
    const predicate: Predicate | undefined = number && { kind: "number", op: compared.meaning, value: number.value };
    const attribute = predicate && withFittingColumns(named, predicate);
    return attribute && number
      ? [
          attributeStep(
            withTopicOf(frame, attribute),
            { attribute, predicate },
            { sentence, at, end: number.end },
            cost + 0.1,
          ),
        ]
      : [];
  });
};

/** "less stock than average", "a higher price than every book": the column is inside the comparison. */
export const comparedWithRows: Rule = (sentence, at, frame) => {
  const compared = sentence.phrase(moreOrLess, at);
  if (!compared) return [];
  return attributesAt(sentence, compared.end).flatMap(({ end, attribute: named, cost }) => {
    if (sentence.words[end] !== "than") return [];
    return [
      ...averageAfter(sentence, end + 1, compared.meaning),
      ...rowComparisonsAt(sentence, end + 1, compared.meaning),
    ].flatMap((match): Step[] => {
      const attribute = withFittingColumns(named, match.predicate);
      return attribute
        ? [
            attributeStep(
              withTopicOf(frame, attribute),
              { attribute, predicate: match.predicate },
              { sentence, at, end: match.end },
              cost + match.cost + 0.05,
            ),
          ]
        : [];
    });
  });
};

/** "with an average price above 200": a condition on an aggregate of each thing. */
export const having: Rule = (sentence, at, frame) => {
  if (frame.topics.length === 0 && frame.show.length === 0) return [];
  const from = sentence.skip(at, "with", "whose", "have", "has", "having", "a", "an", "the", "their");
  return measuresAt(sentence, from, frame).flatMap(({ end, measures: [measure, ...others], cost }): Step[] => {
    const compared = sentence.phrase(comparators, sentence.skip(end, "is", "are", "of"));
    const number = compared && sentence.number(sentence.articles(compared.end));
    if (!number || !measure || others.length > 0 || measure.of?.kind === "rows") return [];
    const filter = {
      kind: "having" as const,
      measure,
      op: orMore(sentence, number.end)?.meaning ?? compared.meaning,
      value: number.value,
    };
    return [step(number.end, withFilter(frame, filter, { sentence, at, end: number.end }), cost + 0.1)];
  });
};

/** "above average price", "higher than the average age": the column comes after. */
export const aboveAverage: Rule = (sentence, at, frame) => {
  const compared = sentence.phrase(comparators, at);
  if (!compared) return [];
  return predicatesAt(sentence, at).flatMap((match) => {
    const { predicate } = match;
    if (predicate.kind !== "measured" || !predicate.of) return [];
    return [
      step(
        match.end,
        withFilter(frame, { kind: "attribute", attribute: predicate.of, predicate }, { sentence, at, end: match.end }),
        match.cost + 0.2,
      ),
    ];
  });
};

/** "200 or less than 190", "above 3 and below 7": a further number for the same column. */
export const further: Rule = (sentence, at, frame) => {
  const last = frame.filters.at(-1);
  if (
    last?.kind !== "attribute" ||
    last.predicate.kind !== "number" ||
    !last.attribute ||
    !["or", "and", "but"].includes(sentence.words[at - 1] ?? "")
  )
    return [];
  const { attribute } = last;
  const compared = sentence.phrase(comparators, sentence.skip(at, "is", "are"));
  const number = compared && sentence.number(compared.end);
  if (!number) return [];
  return [
    attributeStep(
      frame,
      { attribute, predicate: { kind: "number", op: compared.meaning, value: number.value } },
      { sentence, at, end: number.end },
      0.15,
    ),
  ];
};
