import { comparatives, comparators, namings, negations, relatives, textMatches, withouts } from "../language/lexicon.ts";
import { daysAt } from "./days.ts";
import type { Attribute, Predicate } from "./frame.ts";
import { choicesAt, orMore, predicatesAt, timesAt } from "./predicates.ts";
import type { Sentence } from "./sentence.ts";
import { attributesAt, step, withFilter, withTopic, withTopicOf, type Rule, type Step } from "./step.ts";

export function attributeOf(nouns: readonly string[] | "time", words: string, at: number): Attribute {
  return nouns === "time" ? { kind: "time", words, at } : { kind: "nouns", nouns, words, at };
}

/** "price over 100", "city is Paris", "status shipped", "name contains oak", "customers created after 2024-05-01". */
export const columnCondition: Rule = (sentence, at, frame) => {
  const from = sentence.articles(at);
  return attributesAt(sentence, from).flatMap(({ end, attribute, cost }) =>
    predicatesAt(sentence, end).map((said): Step => {
      const next = withFilter(withTopicOf(frame, attribute), { kind: "attribute", attribute, predicate: said.predicate }, { sentence, at, end: said.end });
      return step(said.end, next, cost + said.cost + 0.05);
    }),
  );
};

/** "in Germany", "shipped orders", "French or Italian": values of whatever column has them; a name of their column may follow. */
export const valueCondition: Rule = (sentence, at, frame) => {
  const denial = sentence.phrase(negations, at);
  const from = sentence.skip(denial?.end ?? at, "in", "from", "of", "with", "for", "by", "at", "on", "to", "the", "either");
  return choicesAt(sentence, from, denial !== undefined).flatMap((said) => {
    const { predicate } = said;
    if (predicate.kind !== "value") return [];
    const quoted = sentence.tokens[from]?.kind === "quoted";
    const named = !quoted && (sentence.tables(from).some((each) => each.end >= said.end && each.tables.some(({ cost }) => cost < 0.3)) || sentence.columns(from).some((each) => each.end >= said.end && each.columns.some(({ cost }) => cost < 0.3)));
    const next = (attribute: Attribute | undefined, end: number) => withFilter(frame, { kind: "attribute", attribute, predicate }, { sentence, at, end });
    const steps = [step(said.end, next(undefined, said.end), said.cost + (named ? 0.6 : 0.1))];
    // "in the California district": the column right after its value.
    for (const { end, attribute, cost } of attributesAt(sentence, said.end)) {
      if (attribute.kind !== "name") continue;
      const own = attribute.name.columns.some(({ column }) => predicate.choices[0]!.values.some((each) => each.column === column));
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
  const text = said ? sentence.freeText(from) : quoted ? sentence.freeText(at) : sentence.properName(at);
  if (!text) return [];
  const attribute: Attribute = { kind: "label", words: text.text, at };
  const predicate: Predicate = { kind: "text", op: "=", texts: [text.text] };
  const cost = said ? 0.1 : quoted ? 0.5 : 0.7;
  return [step(text.end, withFilter(frame, { kind: "attribute", attribute, predicate }, { sentence, at, end: text.end }), cost)];
};

/** "the film 'Brazil'", "student Ada Lovelace": a thing and right after it what it is called. */
export const namedThing: Rule = (sentence, at, frame) =>
  sentence.tables(at).flatMap((table) => {
    const quoted = sentence.tokens[table.end]?.kind === "quoted";
    const text = quoted ? sentence.freeText(table.end) : sentence.properName(table.end);
    if (!text) return [];
    const attribute: Attribute = { kind: "label", words: text.text, at };
    const predicate: Predicate = { kind: "text", op: "=", texts: [text.text] };
    const next = withFilter(withTopic(frame, table), { kind: "attribute", attribute, predicate }, { sentence, at, end: text.end });
    return [step(text.end, next, Math.min(...table.tables.map(({ cost }) => cost)) * 0.5 + (quoted ? 0.15 : 0.4))];
  });

/** "cheaper than 20", "older than 56", "aged 20 or more". */
export const comparative: Rule = (sentence, at, frame) => {
  const quality = sentence.phrase(comparatives, at);
  if (!quality) return [];
  const attribute = attributeOf(quality.meaning.nouns, sentence.said(at, quality.end), at);
  return predicatesAt(sentence, at + 1)
    .concat(numberAfter(sentence, quality.end, quality.meaning.op))
    .filter(({ predicate }) => predicate.kind === "number" || predicate.kind === "measured")
    .map((said) => step(said.end, withFilter(frame, { kind: "attribute", attribute, predicate: said.predicate }, { sentence, at, end: said.end }), said.cost + 0.1));
};

function numberAfter(sentence: Sentence, at: number, op: "=" | "<>" | "<" | "<=" | ">" | ">=") {
  const number = sentence.number(at);
  if (!number) return [];
  const after = orMore(sentence, number.end);
  return [{ end: after?.end ?? number.end, predicate: { kind: "number" as const, op: after?.meaning ?? op, value: number.value }, cost: 0 }];
}

/** "in 2024", "since last March", "before May 2020": the one date or time that is there. */
export const timeCondition: Rule = (sentence, at, frame) => {
  const attribute: Attribute = { kind: "time", words: "date", at };
  return timesAt(sentence, at)
    .filter(() => sentence.words[at] !== undefined && (sentence.tokens[at]!.kind !== "number" || ["in", "of"].includes(sentence.words[at - 1] ?? "") || daysAt(sentence, at) === undefined))
    .map((said) => step(said.end, withFilter(frame, { kind: "attribute", attribute, predicate: said.predicate }, { sentence, at, end: said.end }), said.cost + 0.3));
};

/** "with more than 100 employees": a number of something that is a column, or rows of another table. */
export const quantity: Rule = (sentence, at, frame) => {
  const compared = sentence.phrase(comparators, at);
  const number = sentence.number(sentence.skip(compared?.end ?? at, "a", "total", "of"));
  if (!number || (!compared && !(frame.mode === "condition" || frame.topics.length > 0))) return [];
  const after = orMore(sentence, number.end);
  const op = after?.meaning ?? compared?.meaning ?? "=";
  const from = sentence.skip(after?.end ?? number.end, "different", "distinct", "or", "of", "the", "such", "corresponding", "associated", "unique");
  const steps: Step[] = [];
  for (const { end, attribute, cost } of attributesAt(sentence, from)) {
    const predicate: Predicate = { kind: "number", op, value: number.value };
    steps.push(step(end, withFilter(withTopicOf(frame, attribute), { kind: "attribute", attribute, predicate }, { sentence, at, end }), cost + 0.15));
  }
  if (Number.isSafeInteger(number.value) && number.value >= 0) {
    for (const table of sentence.tables(from)) {
      const best = Math.min(...table.tables.map(({ cost }) => cost));
      steps.push(step(table.end, withFilter(frame, { kind: "related", table, op, value: number.value }, { sentence, at, end: table.end }), best * 0.5));
    }
  }
  // "over 100" of the one number that there is.
  if (compared) {
    const end = after?.end ?? number.end;
    const attribute: Attribute = { kind: "number", words: sentence.said(at, end), at };
    steps.push(step(end, withFilter(frame, { kind: "attribute", attribute, predicate: { kind: "number", op, value: number.value } }, { sentence, at, end }), 1));
  }
  return steps;
};

/** "above average price", "higher than the average age": the column comes after. */
export const aboveAverage: Rule = (sentence, at, frame) => {
  const compared = sentence.phrase(comparators, at);
  if (!compared) return [];
  return predicatesAt(sentence, at).flatMap((said) => {
    const { predicate } = said;
    if (predicate.kind !== "measured" || !predicate.of) return [];
    return [step(said.end, withFilter(frame, { kind: "attribute", attribute: predicate.of, predicate }, { sentence, at, end: said.end }), said.cost + 0.2)];
  });
};

/** "without orders", "that have no pets", "do not have any cars". */
export const without: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(withouts, at);
  if (!said) return [];
  const from = sentence.skip(sentence.articles(said.end), "been", "one", "ever", "yet");
  return sentence.tables(from).map((table) => {
    const best = Math.min(...table.tables.map(({ cost }) => cost));
    return step(table.end, withFilter(frame, { kind: "related", table, op: "=", value: 0 }, { sentence, at, end: table.end }), best * 0.5);
  });
};

/** "did not", "are not", "except those": what is said next does not hold. */
export const denial: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(negations, at);
  return said && !frame.denied ? [step(sentence.skip(said.end, "those", "ones", "that", "have", "been", "which", "who", "for", "the"), { ...frame, denied: true, mode: "condition" }, 0.1)] : [];
};

/** "or", between conditions. */
export const alternative: Rule = (sentence, at, frame) => (sentence.words[at] === "or" && frame.filters.length > 0 && !frame.or ? [step(at + 1, { ...frame, or: true })] : []);

/** "200 or less than 190", "above 3 and below 7": a further number for the same column. */
export const further: Rule = (sentence, at, frame) => {
  const last = frame.filters.at(-1);
  if (last?.kind !== "attribute" || last.predicate.kind !== "number" || !last.attribute || !["or", "and", "but"].includes(sentence.words[at - 1] ?? "")) return [];
  const { attribute } = last;
  const compared = sentence.phrase(comparators, sentence.skip(at, "is", "are"));
  const number = compared && sentence.number(compared.end);
  if (!number) return [];
  return [step(number.end, withFilter(frame, { kind: "attribute", attribute, predicate: { kind: "number", op: compared.meaning, value: number.value } }, { sentence, at, end: number.end }), 0.15)];
};

/** "store 1", "order 1024": a thing and right after it the number that tells it apart. */
export const numberedThing: Rule = (sentence, at, frame) =>
  sentence.tables(at).flatMap((table) => {
    const token = sentence.tokens[table.end];
    if (table.plural || token?.kind !== "number" || !Number.isInteger(Number(token.text))) return [];
    const among = table.tables.filter(({ table: { primaryKey } }) => primaryKey.length === 1);
    const columns = among.map(({ table: owner, cost }) => ({ table: owner, column: owner.columns.find(({ name }) => name === owner.primaryKey[0])!, cost }));
    const name = { ...table, end: table.end + 1, columns };
    const next = withFilter(withTopic(frame, table), { kind: "attribute", attribute: { kind: "name", name }, predicate: { kind: "number", op: "=", value: Number(token.text) } }, { sentence, at, end: table.end + 1 });
    return columns.length > 0 ? [step(table.end + 1, next, 0.3)] : [];
  });

/** "the word 'oak' in their name", "'Smith' as part of the name". */
export const containedIn: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(textMatches, at);
  const from = sentence.skip(said?.end ?? at, "the", "word", "letter", "substring", "phrase", "string", "words", "letters");
  if ((!said && from === at) || (said && said.meaning !== "contains")) return [];
  const text = sentence.freeText(from);
  if (!text || (!text.quoted && text.end - from > 2)) return [];
  const inside = sentence.skip(text.end, "in", "within", "as", "part", "of");
  if (inside === text.end) return [];
  return attributesAt(sentence, sentence.articles(inside)).map(({ end, attribute, cost }) =>
    step(end, withFilter(withTopicOf(frame, attribute), { kind: "attribute", attribute, predicate: { kind: "text", op: "contains", texts: [text.text] } }, { sentence, at, end }), cost + 0.1),
  );
};

/** "whose", "that have", "with": from here on it is conditions. */
export const relative: Rule = (sentence, at, frame) => {
  const said = sentence.phrase(relatives, at);
  return said && at > 0 ? [step(said.end, { ...frame, mode: "condition" })] : [];
};

