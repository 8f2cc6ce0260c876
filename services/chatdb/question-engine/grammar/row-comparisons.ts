import { aggregates, extremes, superlatives } from "../language/lexicon.ts";
import type { Aggregate, Comparator } from "../plan/plan.ts";
import { attributesAt } from "./attributes.ts";
import type { PredicateMatch } from "./choices.ts";
import type { Predicate } from "./frame.ts";
import type { Sentence } from "./sentence.ts";
import { thingsAt } from "./things.ts";

type Fn = Aggregate["fn"];

const everyWords = new Set(["every", "all", "each", "any"]);

/** Above all of them means above the highest; above some of them means above the lowest. */
const extremeFor = (op: Comparator, all: boolean): Fn => (op.startsWith(">") === all ? "max" : "min");

/**
 * Reads a comparison with one value computed over several rows: "the most expensive toy", "every book", "some of the
 * books", "the average toy", "toys on average", "the average price of toys".
 */
export function rowComparisonsAt(sentence: Sentence, at: number, op: Comparator): PredicateMatch[] {
  if (op === "=" || op === "<>") return [];
  const from = sentence.skip(at, "the", "that", "those", "of", "price", "prices");
  const picked = sentence.phrase(superlatives, from) ?? sentence.phrase(extremes, from);
  if (picked) {
    const direction = typeof picked.meaning === "string" ? picked.meaning : picked.meaning.direction;
    const among = rowsAt(sentence, picked.end, op, direction === "desc" ? "max" : "min");
    if (among.length > 0) return among;
  }
  const average = sentence.phrase(aggregates, from);
  if (average?.meaning === "avg") return rowsAt(sentence, average.end, op, "avg");
  const quantity = sentence.words[from] ?? "";
  if (everyWords.has(quantity)) return rowsAt(sentence, sentence.articles(from + 1), op, extremeFor(op, true));
  if (quantity === "some") return rowsAt(sentence, sentence.articles(from + 1), op, extremeFor(op, false));
  return rowsAt(sentence, from, op, "avg").flatMap((match) => {
    const end = match.end;
    return sentence.words[end] === "on" && sentence.words[end + 1] === "average" ? [{ ...match, end: end + 2 }] : [];
  });
}

/** Reads the rows to compare with: those of a table, or those with a value. */
function rowsAt(sentence: Sentence, at: number, op: Comparator, fn: Fn): PredicateMatch[] {
  return [...thingsAt(sentence, at), ...valuesAt(sentence, at)].map(({ end, values, cost }) => {
    const within = values?.predicate.kind === "value" ? { within: values.predicate } : {};
    const predicate: Predicate = { kind: "measured", op, fn, ...within };
    return { end, predicate, cost: cost + 0.1 };
  });
}

/**
 * Reads a value that stands for rows: "toys", where these are a kind of products. The name of its column may follow.
 */
function valuesAt(sentence: Sentence, at: number): { end: number; values: { predicate: Predicate }; cost: number }[] {
  return sentence.values(at).map((value) => {
    const predicate: Predicate = { kind: "value", choices: [value], negated: false, both: false, explicit: false };
    const noun = attributesAt(sentence, value.end)[0];
    const own =
      noun?.attribute.kind === "name" &&
      noun.attribute.name.columns.some(({ column }) => value.values.some((each) => each.column === column));
    return {
      end: own ? noun.end : value.end,
      values: { predicate },
      cost: Math.min(...value.values.map(({ cost }) => cost)),
    };
  });
}
