import { functionWords, type Token, tokenise } from "@chatdb/question-engine/language.ts";
import type { LearnedWord, Meaning } from "@chatdb/question-engine/linking/learned-words.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { elementsOf } from "./elements.ts";
import type { Example } from "./examples.ts";

/** Maximum length of a learned phrase, in words. */
const maxWords = 3;

/** Maximum cost at which words still name something. */
const certainCost = 0.5;

/** Minimum number of examples with both the phrase and its meaning. */
const minExamples = 2;

/** Minimum share of a phrase's examples that have its meaning. */
const minShare = 0.5;

/** The log-likelihood ratio that chance exceeds once in twenty times (chi-squared with one degree of freedom). */
const minRatio = 3.84;

/** Maximum number of associations to try, the strongest first. */
const maxAssociations = 400;

export interface Association extends LearnedWord {
  /** Log-likelihood ratio: how unlikely chance makes them occur together so often. */
  ratio: number;
  /** The examples with the phrase. */
  examples: readonly Example[];
}

/**
 * Phrases of questions, and what of the right queries they may mean: what no other word of the question names. The
 * strongest first, by Dunning's log-likelihood ratio (Accurate methods for the statistics of surprise and coincidence,
 * 1993).
 */
export function associationsIn(examples: readonly Example[], index: SchemaIndex): Association[] {
  const phrases = new Map<string, Set<Example>>();
  const meanings = new Map<string, { meaning: Meaning; examples: Set<Example> }>();
  for (const example of examples) {
    const tokens = tokenise(example.question);
    const elements = elementsOf(example.known, index.schema);
    const isNamed = namedBy(tokens, index);
    for (const meaning of elements.filter((each) => !isNamed(each))) {
      const key = JSON.stringify(meaning);
      const known = meanings.get(key) ?? { meaning, examples: new Set() };
      meanings.set(key, known);
      known.examples.add(example);
    }
    for (const phrase of phrasesOf(tokens, elements, index))
      phrases.set(phrase, (phrases.get(phrase) ?? new Set()).add(example));
  }
  const found = [...phrases].flatMap(([phrase, having]) =>
    [...meanings.values()].flatMap(({ meaning, examples: of }): Association[] => {
      const together = [...having].filter((each) => of.has(each)).length;
      if (together < minExamples || together / having.size < minShare) return [];
      const ratio = logLikelihoodRatio(together, having.size, of.size, examples.length);
      return ratio < minRatio ? [] : [{ words: phrase.split(" "), meaning, ratio, examples: [...having] }];
    }),
  );
  // Of phrases that always occur together, the shorter one is kept.
  return found
    .sort(
      (a, b) =>
        b.ratio - a.ratio ||
        specific(b.meaning) - specific(a.meaning) ||
        a.words.length - b.words.length ||
        (a.words.join(" ") < b.words.join(" ") ? -1 : 1),
    )
    .slice(0, maxAssociations);
}

/** A value is more specific than its column, and a column than its table. */
const specific = ({ kind }: Meaning) => ["table", "column", "value"].indexOf(kind);

/**
 * Returns the runs of words that may be learned: neither names of a part of the right query nor words of the grammar.
 */
function phrasesOf(tokens: readonly Token[], elements: readonly Meaning[], index: SchemaIndex): Set<string> {
  const phrases = new Set<string>();
  const own = tokens.map((token) => {
    const isNamed = namedBy([token], index);
    return elements.some(isNamed);
  });
  for (let from = 0; from < tokens.length; from++) {
    for (let to = from + 1; to <= Math.min(tokens.length, from + maxWords); to++) {
      const run = tokens.slice(from, to);
      const ends = [run[0]!, run.at(-1)!];
      if (
        run.some(({ kind }) => kind !== "word") ||
        ends.some(({ word }) => functionWords.has(word)) ||
        own[from] ||
        own[to - 1]
      )
        continue;
      phrases.add(run.map(({ stem }) => stem).join(" "));
    }
  }
  return phrases;
}

/** Returns what some of these words name. */
function namedBy(tokens: readonly Token[], index: SchemaIndex): (meaning: Meaning) => boolean {
  const runs = tokens.flatMap((_, from) =>
    [1, 2, 3, 4].filter((length) => from + length <= tokens.length).map((length) => tokens.slice(from, from + length)),
  );
  const near = ({ cost }: { cost: number }) => cost < certainCost;
  const names = runs.flatMap((run) => index.names.find(run.map(({ stem }) => stem)) ?? []);
  const tables = names.flatMap((named) => named.tables.filter(near));
  const columns = names.flatMap((named) => named.columns.filter(near));
  const values = runs.flatMap((run) => index.values.find(run)).filter(near);
  return (meaning) => {
    const of = ({ table }: { table: { schema: string; name: string } }) =>
      table.schema === meaning.schema && table.name === meaning.table;
    if (meaning.kind === "table") return tables.some(of);
    if (meaning.kind === "value")
      return values.some((each) => of(each) && each.column.name === meaning.column && each.value === meaning.value);
    // A named value names its column as well.
    return (
      columns.some((each) => of(each) && each.column.name === meaning.column) ||
      values.some((each) => of(each) && each.column.name === meaning.column)
    );
  };
}

/** Computes the log-likelihood ratio of two things from the counts of both, of each and of all cases. */
function logLikelihoodRatio(both: number, one: number, other: number, all: number): number {
  const cells = [both, one - both, other - both, all - one - other + both];
  const expected = [one * other, one * (all - other), (all - one) * other, (all - one) * (all - other)].map(
    (each) => each / all,
  );
  if (both <= expected[0]!) return 0;
  return 2 * cells.reduce((sum, cell, place) => sum + (cell === 0 ? 0 : cell * Math.log(cell / expected[place]!)), 0);
}
