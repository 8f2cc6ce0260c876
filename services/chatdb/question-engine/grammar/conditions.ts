import type { Comparator } from "../plan/plan.ts";
import {
  aggregates,
  comparatives,
  comparators,
  frequencies,
  functionWords,
  money,
  moreOrLess,
  namings,
  negations,
  relatives,
  textMatches,
  withouts,
} from "../language/lexicon.ts";
import { fitting } from "../linking/fitting.ts";
import { amongAt } from "./among.ts";
import { daysAt } from "./days.ts";
import type { Attribute, Frame, Predicate } from "./frame.ts";
import { choicesAt, measuredAt, orMore, predicatesAt, rangeAt, timesAt, type Said } from "./predicates.ts";
import { currencies, type Sentence } from "./sentence.ts";
import { measuresAt } from "./show.ts";
import { thingsAt, withValuesOf } from "./things.ts";
import { isObject } from "./verbs.ts";
import { attributesAt, step, withFilter, withTopic, withTopicOf, type Rule, type Step } from "./step.ts";

export function attributeOf(nouns: readonly string[] | "time", words: string, at: number): Attribute {
  return nouns === "time" ? { kind: "time", words, at } : { kind: "nouns", nouns, words, at };
}

/** A name as it can be meant where something is said of it: its columns that can have such a condition. */
function thoseThatFit(attribute: Attribute, predicate: Predicate): Attribute | undefined {
  if (attribute.kind !== "name") return attribute;
  const columns = attribute.name.columns.filter(fitting(predicate));
  return columns.length > 0 ? { ...attribute, name: { ...attribute.name, columns } } : undefined;
}

/** "price over 100", "city is Paris", "status shipped", "name contains oak", "customers created after 2024-05-01". */
export const columnCondition: Rule = (sentence, at, frame) => {
  return attributesAt(sentence, at).flatMap(({ end, attribute: named, cost }) =>
    predicatesAt(sentence, end).flatMap((said): Step[] => {
      const attribute = thoseThatFit(named, said.predicate);
      if (!attribute) return [];
      const next = withFilter(
        withTopicOf(frame, attribute),
        { kind: "attribute", attribute, predicate: said.predicate },
        { sentence, at, end: said.end },
      );
      // "the titles that contain 'ML'" are shown too.
      const first = frame.mode === "show" && frame.show.length === 0 && frame.topics.length === 0 && at > 0;
      const shown: Frame = first ? { ...next, show: [{ kind: "attribute", attribute }] } : next;
      return [step(said.end, shown, cost + said.cost + 0.05)];
    }),
  );
};

/** "in Germany", "shipped orders", "French or Italian": values of whatever column has them; a name of their column may follow. */
export const valueCondition: Rule = (sentence, at, frame) => {
  const denial = sentence.phrase(negations, at);
  // "never in Paris" is said of all that belongs to it, "not in Paris" of itself.
  const never = denial?.meaning === "never";
  const from = sentence.skip(
    denial?.end ?? at,
    "in",
    "from",
    "of",
    "with",
    "for",
    "by",
    "at",
    "on",
    "to",
    "the",
    "either",
  );
  return choicesAt(sentence, from, denial?.meaning === "not").flatMap((said) => {
    const { predicate } = said;
    if (predicate.kind !== "value") return [];
    const quoted = sentence.tokens[from]?.kind === "quoted";
    const named =
      !quoted &&
      (sentence.tables(from).some((each) => each.end >= said.end && each.tables.some(({ cost }) => cost < 0.3)) ||
        sentence.columns(from).some((each) => each.end >= said.end && each.columns.some(({ cost }) => cost < 0.3)));
    const next = (attribute: Attribute | undefined, end: number) =>
      withFilter(
        never ? { ...frame, denied: true } : frame,
        { kind: "attribute", attribute, predicate },
        { sentence, at, end },
      );
    const steps = [step(said.end, next(undefined, said.end), said.cost + (named ? 0.6 : 0.1))];
    // "in the California district": the column right after its value.
    for (const { end, attribute, cost } of attributesAt(sentence, said.end)) {
      if (attribute.kind !== "name") continue;
      const own = attribute.name.columns.some(({ column }) =>
        predicate.choices[0]!.values.some((each) => each.column === column),
      );
      if (own) steps.push(step(end, next(attribute, end), said.cost + cost));
    }
    return steps;
  });
};

/** "named Ada Lovelace", "called 'X'"; "the word 'X'" and names in quotes or capitals that no column was named for. */
export const naming: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(namings, at);
  const quoted = sentence.tokens[at]?.kind === "quoted";
  const from = sentence.skip(said?.end ?? at, "the", "either");
  if (said && [textMatches, comparators, negations].some((phrases) => sentence.phrase<unknown>(phrases, from)))
    return [];
  const text = said ? sentence.freeText(from) : quoted ? sentence.freeText(at) : sentence.properName(at);
  if (!text) return [];
  const attribute: Attribute = {
    kind: "label",
    words: text.text,
    at,
    ...(!said && isObject(sentence, at, text.end) && { object: true }),
  };
  const predicate: Predicate = { kind: "text", op: "=", texts: [text.text] };
  const cost = said ? 0.1 : quoted ? 0.5 : 0.7;
  return [
    step(
      text.end,
      withFilter(frame, { kind: "attribute", attribute, predicate }, { sentence, at, end: text.end }),
      cost,
    ),
  ];
};

/** "the film 'Brazil'", "student Ada Lovelace": a thing and right after it what it is called. */
export const namedThing: Rule = (sentence, at, frame) =>
  sentence.tables(at).flatMap((table) => {
    const quoted = sentence.tokens[table.end]?.kind === "quoted";
    const text = quoted ? sentence.freeText(table.end) : sentence.properName(table.end);
    if (!text) return [];
    const attribute: Attribute = { kind: "label", words: text.text, at };
    const predicate: Predicate = { kind: "text", op: "=", texts: [text.text] };
    const next = withFilter(
      withTopic(frame, table),
      { kind: "attribute", attribute, predicate },
      { sentence, at, end: text.end },
    );
    return [step(text.end, next, Math.min(...table.tables.map(({ cost }) => cost)) * 0.5 + (quoted ? 0.15 : 0.4))];
  });

/** "cheaper than 20", "older than 56", "aged 20 or more". */
export const comparative: Rule = (sentence, at, frame) => {
  const quality = sentence.phrase(comparatives, at);
  if (!quality) return [];
  const attribute = attributeOf(quality.meaning.nouns, sentence.said(at, quality.end), at);
  return numberAfter(sentence, quality.end, quality.meaning.op)
    .concat(averageAfter(sentence, quality.end, quality.meaning.op), amongAt(sentence, quality.end, quality.meaning.op))
    .map((said) =>
      step(
        said.end,
        withFilter(frame, { kind: "attribute", attribute, predicate: said.predicate }, { sentence, at, end: said.end }),
        said.cost + 0.1,
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
  const attribute = attributeOf(["age"], sentence.said(at, end), at);
  return [
    step(
      end,
      withFilter(
        denial ? { ...frame, denied: true } : frame,
        { kind: "attribute", attribute, predicate },
        { sentence, at, end },
      ),
      0.05,
    ),
  ];
};

/** "older than the average (age)" */
function averageAfter(sentence: Sentence, at: number, op: Comparator): Said[] {
  const average = sentence.phrase(aggregates, sentence.articles(at));
  return average ? measuredAt(sentence, average.end, op, average.meaning) : [];
}

function numberAfter(sentence: Sentence, at: number, op: Comparator): Said[] {
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

/** "in 2024", "since last March", "before May 2020": the one date or time that is there. */
export const timeCondition: Rule = (sentence, at, frame) => {
  const attribute: Attribute = { kind: "time", words: "date", at };
  return timesAt(sentence, at)
    .filter(
      () =>
        sentence.words[at] !== undefined &&
        (sentence.tokens[at]!.kind !== "number" ||
          ["in", "of"].includes(sentence.words[at - 1] ?? "") ||
          daysAt(sentence, at) === undefined),
    )
    .map((said) =>
      step(
        said.end,
        withFilter(frame, { kind: "attribute", attribute, predicate: said.predicate }, { sentence, at, end: said.end }),
        said.cost + 0.3,
      ),
    );
};

/** "between 100 and 120 euros", "under 10 bucks", "for 5 or less": of the one number that it may be, or of what things cost. */
export const amount: Rule = (sentence, at, frame) => {
  if (frame.topics.length === 0 && frame.filters.length === 0) return [];
  const number = numberAfter(
    sentence,
    sentence.past(comparators, sentence.skip(at, "for")),
    sentence.phrase(comparators, sentence.skip(at, "for"))?.meaning ?? "=",
  );
  const said = [
    ...rangeAt(sentence, at),
    ...(sentence.words[at] === "for" || sentence.phrase(comparators, at) ? number : []),
  ];
  return said.flatMap(({ end, predicate, cost }) => {
    const paid = sentence.words[at] === "for" || currencies.has(sentence.words[end - 1] ?? "");
    const attribute: Attribute = paid
      ? { kind: "nouns", nouns: money, words: sentence.said(at, end), at }
      : { kind: "number", words: sentence.said(at, end), at };
    return [
      step(
        end,
        withFilter(frame, { kind: "attribute", attribute, predicate }, { sentence, at, end }),
        cost + (paid ? 0.15 : 1),
      ),
    ];
  });
};

/** "with more than 100 employees": a number of something that is a column, or rows of another table. */
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
      step(
        end,
        withFilter(withTopicOf(frame, attribute), { kind: "attribute", attribute, predicate }, { sentence, at, end }),
        cost + 0.15,
      ),
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
  // "over 100" of the one number that there is.
  if (compared) {
    const end = after?.end ?? number.end;
    const attribute: Attribute = { kind: "number", words: sentence.said(at, end), at };
    steps.push(
      step(
        end,
        withFilter(
          frame,
          { kind: "attribute", attribute, predicate: { kind: "number", op, value: number.value } },
          { sentence, at, end },
        ),
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
    const attribute = predicate && thoseThatFit(named, predicate);
    return attribute && number
      ? [
          step(
            number.end,
            withFilter(
              withTopicOf(frame, attribute),
              { kind: "attribute", attribute, predicate },
              { sentence, at, end: number.end },
            ),
            cost + 0.1,
          ),
        ]
      : [];
  });
};

/** "less stock than average", "a higher price than every book": the column inside of the comparison. */
export const comparedAmong: Rule = (sentence, at, frame) => {
  const compared = sentence.phrase(moreOrLess, at);
  if (!compared) return [];
  return attributesAt(sentence, compared.end).flatMap(({ end, attribute: named, cost }) => {
    if (sentence.words[end] !== "than") return [];
    return [
      ...averageAfter(sentence, end + 1, compared.meaning),
      ...amongAt(sentence, end + 1, compared.meaning),
    ].flatMap((said): Step[] => {
      const attribute = thoseThatFit(named, said.predicate);
      return attribute
        ? [
            step(
              said.end,
              withFilter(
                withTopicOf(frame, attribute),
                { kind: "attribute", attribute, predicate: said.predicate },
                { sentence, at, end: said.end },
              ),
              cost + said.cost + 0.05,
            ),
          ]
        : [];
    });
  });
};

/** "with an average price above 200": of what is computed for each thing. */
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

/** "the most popular payment method", where that is no result but what the things have. */
export const mostFrequent: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(frequencies, sentence.articles(at));
  if (!said || frame.show.length === 0) return [];
  const predicate: Predicate = { kind: "frequent", direction: said.meaning };
  return attributesAt(sentence, said.end).map(({ end, attribute, cost }) =>
    step(
      end,
      withFilter(frame, { kind: "attribute", attribute, predicate }, { sentence, at, end }),
      cost + (frame.mode === "condition" ? 0 : 0.3),
    ),
  );
};

/** "above average price", "higher than the average age": the column comes after. */
export const aboveAverage: Rule = (sentence, at, frame) => {
  const compared = sentence.phrase(comparators, at);
  if (!compared) return [];
  return predicatesAt(sentence, at).flatMap((said) => {
    const { predicate } = said;
    if (predicate.kind !== "measured" || !predicate.of) return [];
    return [
      step(
        said.end,
        withFilter(frame, { kind: "attribute", attribute: predicate.of, predicate }, { sentence, at, end: said.end }),
        said.cost + 0.2,
      ),
    ];
  });
};

/** "without orders", "that have no pets", "do not have any cars". */
export const without: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(withouts, at);
  if (!said) return [];
  const from = sentence.skip(sentence.articles(said.end), "been", "one", "ever", "yet");
  const things = thingsAt(sentence, from).map((thing) => {
    const none = withFilter(
      frame,
      { kind: "related", table: thing.table, op: "=", value: 0 },
      { sentence, at, end: thing.end },
    );
    return step(thing.end, withValuesOf(none, thing, sentence), thing.cost);
  });
  // "no customers in Paris"
  const narrowed =
    frame.topics.length > 0
      ? []
      : sentence.tables(from).map((table) => step(table.end, { ...frame, denied: true, mode: "condition" }, 0.4));
  // "without email"
  const missing = attributesAt(sentence, from).flatMap(({ end, attribute: named, cost }) => {
    const predicate: Predicate = { kind: "missing", op: "missing" };
    const attribute = thoseThatFit(named, predicate);
    return attribute
      ? [step(end, withFilter(frame, { kind: "attribute", attribute, predicate }, { sentence, at, end }), cost + 0.2)]
      : [];
  });
  // "without more than 3 orders"
  const counted =
    frame.topics.length > 0 && sentence.phrase(comparators, said.end)
      ? [step(said.end, { ...frame, denied: true, mode: "condition" as const }, 0.1)]
      : [];
  return [...things, ...narrowed, ...missing, ...counted];
};

/** "did not", "are not", "except those": what is said next does not hold. */
export const denial: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(negations, at);
  return said && !frame.denied
    ? [
        step(
          sentence.skip(said.end, "those", "ones", "that", "have", "been", "which", "who", "for", "the"),
          { ...frame, denied: true, mode: "condition" },
          0.1,
        ),
      ]
    : [];
};

/** "or", between conditions. */
export const alternative: Rule = (sentence, at, frame) => {
  const last = frame.filters.at(-1);
  if (sentence.words[at] !== "or" || !last || frame.or) return [];
  // What was passed over before it would be one of the two.
  const aside = sentence.words.slice(last.end, at).every((word) => functionWords.has(word) || word === "either");
  return aside ? [step(at + 1, { ...frame, or: true })] : [];
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
    step(
      number.end,
      withFilter(
        frame,
        { kind: "attribute", attribute, predicate: { kind: "number", op: compared.meaning, value: number.value } },
        { sentence, at, end: number.end },
      ),
      0.15,
    ),
  ];
};

/** "store 1", "order 1024": a thing and right after it the number that tells it apart. */
export const numberedThing: Rule = (sentence, at, frame) =>
  sentence.tables(at).flatMap((table) => {
    const token = sentence.tokens[table.end];
    if (table.plural || token?.kind !== "number" || !Number.isInteger(Number(token.text))) return [];
    const among = table.tables.filter(({ table: { primaryKey } }) => primaryKey.length === 1);
    const columns = among.map(({ table: owner, cost }) => ({
      table: owner,
      column: owner.columns.find(({ name }) => name === owner.primaryKey[0])!,
      cost,
    }));
    const name = { ...table, end: table.end + 1, columns };
    const next = withFilter(
      withTopic(frame, table),
      {
        kind: "attribute",
        attribute: { kind: "name", name },
        predicate: { kind: "number", op: "=", value: Number(token.text) },
      },
      { sentence, at, end: table.end + 1 },
    );
    return columns.length > 0 ? [step(table.end + 1, next, 0.3)] : [];
  });

/** "the word 'oak' in their name", "'Smith' as part of the name". */
export const containedIn: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(textMatches, at);
  const from = sentence.skip(
    said?.end ?? at,
    "has",
    "have",
    "having",
    "with",
    "the",
    "word",
    "letter",
    "substring",
    "phrase",
    "string",
    "words",
    "letters",
  );
  if ((!said && from === at) || (said && said.meaning !== "contains")) return [];
  const text = sentence.tokens[from]?.kind === "quoted" || said ? sentence.freeText(from) : sentence.properName(from);
  if (!text || text.end - from > 2) return [];
  const inside = sentence.skip(text.end, "in", "within", "as", "part", "of");
  if (inside === text.end) return [];
  return attributesAt(sentence, sentence.articles(inside)).map(({ end, attribute, cost }) =>
    step(
      end,
      withFilter(
        withTopicOf(frame, attribute),
        { kind: "attribute", attribute, predicate: { kind: "text", op: "contains", texts: [text.text] } },
        { sentence, at, end },
      ),
      cost + 0.1,
    ),
  );
};

/** "both", where what follows is not all of one column's values. */
export const both: Rule = (sentence, at, frame) =>
  sentence.words[at] === "both" && (frame.show.length > 0 || frame.topics.length > 0)
    ? [step(at + 1, { ...frame, mode: "condition" }, 0.3)]
    : [];

/** "whose", "that have", "with": from here on it is conditions. */
export const relative: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(relatives, at);
  return said && at > 0 ? [step(said.end, { ...frame, mode: "condition" })] : [];
};
