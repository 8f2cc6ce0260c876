import {
  afterNumber,
  afterTime,
  aggregates,
  comparators,
  copulas,
  extremes,
  functionWords,
  missings,
  negations,
  textMatches,
  timeRelations,
} from "../language/lexicon.ts";
import { type Comparator, oppositeComparators } from "../plan/plan.ts";
import { rowComparisonsAt } from "./row-comparisons.ts";
import { attributesAt } from "./attributes.ts";
import { choicesAt, type PredicateMatch } from "./choices.ts";
import { daysAt } from "./days.ts";
import type { Sentence } from "./sentence.ts";

/** Words between the name of a column and its predicate. */
const fillers = ["that", "which", "than", "value", "values", "have", "has", "having", "also", "a", "an", "the", "they"];

/**
 * Reads all predicates that may start at a position: "over 100", "is at least 5", "between 10 and 20", "is not Paris",
 * "contains oak", "is above the average", "before 2010".
 */
export function predicatesAt(sentence: Sentence, at: number): PredicateMatch[] {
  const missing = sentence.phrase(missings, at);
  if (missing) return [{ end: missing.end, predicate: { kind: "missing", op: missing.meaning }, cost: 0 }];
  const matched = matchAt(sentence, sentence.skip(at, "that", "which"));
  if (matched) return [matched];
  const copula = sentence.past(copulas, sentence.skip(at, "that", "which"));
  const afterCopula = sentence.phrase(negations, copula) ?? sentence.phrase(negations, at);
  const negated = afterCopula !== undefined;
  const from = sentence.past(copulas, sentence.skip(afterCopula?.end ?? copula, ...fillers));
  return [
    ...comparisonsAt(sentence, at, negated ? from : sentence.skip(copula, ...fillers), negated),
    ...rangeAt(sentence, sentence.skip(copula, "ranging", "ranges")),
    ...(copula > at ? rangeAt(sentence, at) : []),
    ...timesAt(sentence, at),
    ...(copula > at || negated ? timesAt(sentence, from) : []),
    ...truthAt(sentence, from, negated),
    ...choicesAt(sentence, from, negated),
    ...equalsAt(sentence, from, at, negated),
  ];
}

function matchAt(sentence: Sentence, at: number): PredicateMatch | undefined {
  const has =
    ["has", "have", "having", "had"].includes(sentence.words[at] ?? "") && sentence.tokens[at + 1]?.kind === "quoted";
  const match = has ? { end: at + 1, meaning: "contains" as const } : sentence.phrase(textMatches, at);
  if (!match) return undefined;
  const from = sentence.skip(
    match.end,
    "the",
    "word",
    "words",
    "letter",
    "substring",
    "phrase",
    "string",
    "text",
    "either",
  );
  const first = sentence.freeText(from);
  if (!first) return undefined;
  // An unquoted match is one word or a short name.
  if (!first.quoted && first.end - from > 3) return undefined;
  const texts = [first.text];
  let { end } = first;
  for (let next = sentence.skip(end, "or", ","); next > end; next = sentence.skip(end, "or", ",")) {
    const further = sentence.tokens[next]?.kind === "quoted" ? sentence.freeText(next) : undefined;
    if (!further) break;
    texts.push(further.text);
    end = further.end;
  }
  return { end, predicate: { kind: "text", op: match.meaning, texts }, cost: first.quoted ? 0 : 0.4 };
}

/** "over 100", "at least 5", "more than the average", "20 or more", "higher than every book". */
function comparisonsAt(sentence: Sentence, before: number, at: number, negated: boolean): PredicateMatch[] {
  const compared = sentence.phrase(comparators, at) ?? sentence.phrase(comparators, before);
  const from = compared ? sentence.skip(compared.end, "the", "than", "a", "of", "that", "all", "any") : at;
  const matches: PredicateMatch[] = [];
  const average = sentence.phrase(aggregates, from) ?? extreme(sentence, from);
  if (compared && average)
    matches.push(
      ...measuredAt(
        sentence,
        average.end,
        negated ? oppositeComparators[compared.meaning] : compared.meaning,
        average.meaning,
      ),
    );
  if (compared)
    matches.push(
      ...rowComparisonsAt(sentence, compared.end, negated ? oppositeComparators[compared.meaning] : compared.meaning),
    );
  // "above-average" is tokenised as two words.
  const number = sentence.number(sentence.skip(from, "age", "year", "score", "number"));
  if (number && (compared || at > before)) {
    const after = orMore(sentence, number.end);
    const op = after?.meaning ?? compared?.meaning ?? "=";
    const end = after?.end ?? number.end;
    if (compared || after || (sentence.tokens[from]?.kind === "number" && sentence.words[from - 1] !== "the")) {
      matches.push({
        end,
        predicate: { kind: "number", op: negated ? oppositeComparators[op] : op, value: number.value },
        cost: 0,
      });
    }
  }
  return matches;
}

/** Reads "or more" after a number, unless it begins "or more than 5". */
export function orMore(sentence: Sentence, at: number) {
  const after = sentence.phrase(afterNumber, at);
  return after && sentence.words[after.end] !== "than" && !sentence.number(after.end) ? after : undefined;
}

function extreme(sentence: Sentence, at: number) {
  const found = sentence.phrase(extremes, at);
  return found && { end: found.end, meaning: found.meaning === "desc" ? ("max" as const) : ("min" as const) };
}

/** Reads a comparison with an aggregate: "the average", "the average price", "the average price of all products". */
export function measuredAt(
  sentence: Sentence,
  at: number,
  op: Comparator,
  fn: "sum" | "avg" | "min" | "max" | "count",
): PredicateMatch[] {
  if (fn === "sum") return [];
  const plain = { end: at, predicate: { kind: "measured", op, fn } as const, cost: 0.1 };
  const named = attributesAt(sentence, sentence.articles(at)).map(({ end, attribute, cost }) => ({
    end,
    predicate: { kind: "measured", op, fn, of: attribute } as const,
    cost,
  }));
  return [...named, plain]
    .map((each) => {
      // "of all students", "across all of them" restrict nothing.
      const across = sentence.skip(each.end, "of", "for", "across", "over", "among", "in", "all", "the");
      const table = across > each.end ? sentence.tables(across)[0] : undefined;
      return table ? { ...each, end: table.end } : each;
    })
    .flatMap((each) => [each, ...withinAt(sentence, each)]);
}

/** Restricts the aggregate to some rows: "the average salary in the Physics department". */
function withinAt(sentence: Sentence, match: PredicateMatch): PredicateMatch[] {
  const { predicate } = match;
  const from = sentence.skip(match.end, "in", "from", "of", "for", "with", "the", "by", "all", "any");
  if (predicate.kind !== "measured" || from === match.end) return [];
  return choicesAt(sentence, from, false).flatMap((choices): PredicateMatch[] => {
    if (choices.predicate.kind !== "value") return [];
    const noun = sentence.tables(choices.end)[0] ?? sentence.columns(choices.end)[0];
    return [
      {
        end: noun?.end ?? choices.end,
        predicate: { ...predicate, within: choices.predicate },
        cost: match.cost + choices.cost - 0.1,
      },
    ];
  });
}

export function rangeAt(sentence: Sentence, at: number): PredicateMatch[] {
  const closing =
    sentence.words[at] === "between" ? ["and", "to"] : sentence.words[at] === "from" ? ["to", "through"] : undefined;
  const from = closing && sentence.number(sentence.skip(at + 1, "the", "ages"));
  if (!from || !closing.includes(sentence.words[from.end] ?? "")) return [];
  const to = sentence.number(from.end + 1);
  return to ? [{ end: to.end, predicate: { kind: "between", from: from.value, to: to.value }, cost: 0 }] : [];
}

/** "before 2010", "in May 2024", "since last March", "between 2010 and 2012". */
export function timesAt(sentence: Sentence, at: number): PredicateMatch[] {
  if (sentence.words[at] === "between" || sentence.words[at] === "from") {
    const from = daysAt(sentence, sentence.skip(at + 1, "the", "year", "years"));
    const to =
      from && ["and", "to", "through", "until"].includes(sentence.words[from.end] ?? "")
        ? daysAt(sentence, from.end + 1)
        : undefined;
    if (to)
      return [
        {
          end: to.end,
          predicate: { kind: "time", relation: "within", days: { start: from!.days.start, end: to.days.end } },
          cost: 0,
        },
      ];
  }
  const relation = sentence.phrase(timeRelations, at);
  const from = sentence.skip(relation?.end ?? sentence.past(copulas, at), "the", "year", "month", "date");
  const found = daysAt(sentence, from);
  if (!found) return [];
  const match = sentence.phrase(afterTime, found.end);
  // "before 2000 or after 2010" holds two predicates.
  const after = match && !daysAt(sentence, match.end) ? match : undefined;
  const meaning = after?.meaning ?? relation?.meaning ?? "within";
  return [{ end: after?.end ?? found.end, predicate: { kind: "time", relation: meaning, days: found.days }, cost: 0 }];
}

const truths = new Map(Object.entries({ true: true, yes: true, false: false, no: false }));

function truthAt(sentence: Sentence, at: number, negated: boolean): PredicateMatch[] {
  const truth = truths.get(sentence.words[at] ?? "");
  return truth === undefined ? [] : [{ end: at + 1, predicate: { kind: "truth", value: truth !== negated }, cost: 0 }];
}

/** Reads equality with a number or a text: "is 20", "is Paris", "of 'A1'". */
function equalsAt(sentence: Sentence, from: number, at: number, negated: boolean): PredicateMatch[] {
  const token = sentence.tokens[from];
  if (!token) return [];
  if (token.kind === "number") {
    // "the names of the 5 ..." is a limit.
    if (sentence.words[from - 1] === "the") return [];
    const number = sentence.number(from)!;
    // "a branch in 2016" is more likely a time.
    const loosely = ["in", "from", "at", "for", "of"].includes(sentence.words[from - 1] ?? "") ? 0.5 : 0;
    const after = orMore(sentence, number.end);
    const op = after?.meaning ?? "=";
    const numbers: PredicateMatch = {
      end: after?.end ?? number.end,
      predicate: { kind: "number", op: negated ? oppositeComparators[op] : op, value: number.value },
      cost: (from === at ? 0.2 : 0) + loosely,
    };
    return [numbers, ...furtherNumbers(sentence, number, negated)];
  }
  const op = negated ? "<>" : "=";
  if (token.kind === "quoted") {
    const texts = [token.text];
    let end = from + 1;
    for (
      let next = sentence.skip(end, "or", ",", "and");
      next > end && sentence.tokens[next]?.kind === "quoted";
      next = sentence.skip(end, "or", ",", "and")
    ) {
      texts.push(sentence.tokens[next]!.text);
      end = next + 1;
    }
    return [{ end, predicate: { kind: "text", op, texts }, cost: 0.05 }];
  }
  if (functionWords.has(token.word)) return [];
  const proper = sentence.properName(from);
  // Unquoted text is a value only after a word such as "is".
  return proper && from > at
    ? [{ end: proper.end, predicate: { kind: "text", op, texts: [proper.text] }, cost: 0.3 }]
    : [];
}

/** Reads alternatives of numbers: "8 or 9". */
function furtherNumbers(sentence: Sentence, first: { end: number; value: number }, negated: boolean): PredicateMatch[] {
  const next = sentence.words[first.end] === "or" ? sentence.number(first.end + 1) : undefined;
  if (!next) return [];
  return [
    {
      end: next.end,
      predicate: { kind: "text", op: negated ? "<>" : "=", texts: [String(first.value), String(next.value)] },
      cost: 0,
    },
  ];
}
