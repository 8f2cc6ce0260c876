import { comparators, frequencies, namings, negations, textMatches, withouts } from "../language/lexicon.ts";
import { attributesAt, withFittingColumns } from "./attributes.ts";
import { choicesAt } from "./choices.ts";
import { daysAt } from "./days.ts";
import type { Attribute, Frame, Predicate } from "./frame.ts";
import { predicatesAt, timesAt } from "./predicates.ts";
import { attributeStep, type Rule, step, type Step, withFilter, withTopic, withTopicOf } from "./step.ts";
import { thingsAt, withValuesOf } from "./things.ts";
import { isObject } from "./verb-rules.ts";

/** "price over 100", "city is Paris", "status shipped", "name contains oak", "customers created after 2024-05-01". */
export const columnCondition: Rule = (sentence, at, frame) => {
  return attributesAt(sentence, at).flatMap(({ end, attribute: named, cost }) =>
    predicatesAt(sentence, end).flatMap((match): Step[] => {
      const attribute = withFittingColumns(named, match.predicate);
      if (!attribute) return [];
      const next = withFilter(
        withTopicOf(frame, attribute),
        { kind: "attribute", attribute, predicate: match.predicate },
        { sentence, at, end: match.end },
      );
      // "the titles that contain 'ML'" shows the titles, too.
      const first = frame.mode === "show" && frame.show.length === 0 && frame.topics.length === 0 && at > 0;
      const shown: Frame = first ? { ...next, show: [{ kind: "attribute", attribute }] } : next;
      return [step(match.end, shown, cost + match.cost + 0.05)];
    }),
  );
};

/** "in Germany", "shipped orders", "French or Italian": values of any column. The name of their column may follow. */
export const valueCondition: Rule = (sentence, at, frame) => {
  const denial = sentence.phrase(negations, at);
  // "never in Paris" negates all related rows, "not in Paris" the row itself.
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
  return choicesAt(sentence, from, denial?.meaning === "not").flatMap((match) => {
    const { predicate } = match;
    if (predicate.kind !== "value") return [];
    const quoted = sentence.tokens[from]?.kind === "quoted";
    const named =
      !quoted &&
      (sentence.tables(from).some((each) => each.end >= match.end && each.tables.some(({ cost }) => cost < 0.3)) ||
        sentence.columns(from).some((each) => each.end >= match.end && each.columns.some(({ cost }) => cost < 0.3)));
    const next = (attribute: Attribute | undefined, end: number) =>
      withFilter(
        never ? { ...frame, denied: true } : frame,
        { kind: "attribute", attribute, predicate },
        { sentence, at, end },
      );
    const steps = [step(match.end, next(undefined, match.end), match.cost + (named ? 0.6 : 0.1))];
    // "in the California district": the column right after its value.
    for (const { end, attribute, cost } of attributesAt(sentence, match.end)) {
      if (attribute.kind !== "name") continue;
      const own = attribute.name.columns.some(({ column }) =>
        predicate.choices[0]!.values.some((each) => each.column === column),
      );
      if (own) steps.push(step(end, next(attribute, end), match.cost + cost));
    }
    return steps;
  });
};

/** "named Ada Lovelace", "called 'X'"; "the word 'X'" and names in quotes or capitals that no column was named for. */
export const naming: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(namings, at);
  const quoted = sentence.tokens[at]?.kind === "quoted";
  const from = sentence.skip(match?.end ?? at, "the", "either");
  if (match && [textMatches, comparators, negations].some((phrases) => sentence.phrase<unknown>(phrases, from)))
    return [];
  const text = match ? sentence.freeText(from) : quoted ? sentence.freeText(at) : sentence.properName(at);
  if (!text) return [];
  const attribute: Attribute = {
    kind: "label",
    words: text.text,
    at,
    ...(!match && isObject(sentence, at, text.end) && { object: true }),
  };
  const predicate: Predicate = { kind: "text", op: "=", texts: [text.text] };
  const cost = match ? 0.1 : quoted ? 0.5 : 0.7;
  return [attributeStep(frame, { attribute, predicate }, { sentence, at, end: text.end }, cost)];
};

/** "the film 'Brazil'", "student Ada Lovelace": a thing followed by its label. */
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

/** "store 1", "order 1024": a thing followed by its key. */
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
  const match = sentence.phrase(textMatches, at);
  const from = sentence.skip(
    match?.end ?? at,
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
  if ((!match && from === at) || (match && match.meaning !== "contains")) return [];
  const text = sentence.tokens[from]?.kind === "quoted" || match ? sentence.freeText(from) : sentence.properName(from);
  if (!text || text.end - from > 2) return [];
  const inside = sentence.skip(text.end, "in", "within", "as", "part", "of");
  if (inside === text.end) return [];
  return attributesAt(sentence, sentence.articles(inside)).map(({ end, attribute, cost }) =>
    attributeStep(
      withTopicOf(frame, attribute),
      { attribute, predicate: { kind: "text", op: "contains", texts: [text.text] } },
      { sentence, at, end },
      cost + 0.1,
    ),
  );
};

/** "in 2024", "since last March", "before May 2020": a condition on the only date or time. */
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
    .map((match) =>
      attributeStep(
        frame,
        { attribute, predicate: match.predicate },
        { sentence, at, end: match.end },
        match.cost + 0.3,
      ),
    );
};

/** "the most popular payment method" as a condition on the things rather than as a result. */
export const mostFrequent: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(frequencies, sentence.articles(at));
  if (!match || frame.show.length === 0) return [];
  const predicate: Predicate = { kind: "frequent", direction: match.meaning };
  return attributesAt(sentence, match.end).map(({ end, attribute, cost }) =>
    attributeStep(
      frame,
      { attribute, predicate },
      { sentence, at, end },
      cost + (frame.mode === "condition" ? 0 : 0.3),
    ),
  );
};

/** "without orders", "that have no pets", "do not have any cars". */
export const without: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(withouts, at);
  if (!match) return [];
  const from = sentence.skip(sentence.articles(match.end), "been", "one", "ever", "yet");
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
    const attribute = withFittingColumns(named, predicate);
    return attribute ? [attributeStep(frame, { attribute, predicate }, { sentence, at, end }, cost + 0.2)] : [];
  });
  // "without more than 3 orders"
  const counted =
    frame.topics.length > 0 && sentence.phrase(comparators, match.end)
      ? [step(match.end, { ...frame, denied: true, mode: "condition" as const }, 0.1)]
      : [];
  return [...things, ...narrowed, ...missing, ...counted];
};
