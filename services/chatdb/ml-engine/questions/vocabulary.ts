import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import type { LearnedWord, Meaning } from "@chatdb/question-engine/linking/learned-words.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { placesOf, unwatched, type Watch } from "../training/watch.ts";
import { associationsIn, type Association } from "./associations.ts";
import { elementsOf, elementsOfPlan } from "./elements.ts";
import type { Example } from "./examples.ts";
import type { Judge } from "./judge.ts";
import { fateOf } from "./reader.ts";
import type { Search } from "./searches.ts";

/** Number of rounds over all associations: one may help only once another is known. */
const rounds = 2;

/** Values of a right answer, of a right plan without an answer, and of progress towards it. */
const worths = { answered: 2, likeliest: 1, wrong: -2, nearness: 0.5 };

export interface SearchOptions {
  watch?: Watch;
  /** State of an earlier search with the same examples. Default: the beginning. */
  from?: Search;
  /** Called with the progress. */
  keep?: (search: Search) => void;
}

/** Searches for the local words that make more examples right than wrong. */
export async function learnWords(
  examples: readonly Example[],
  index: SchemaIndex,
  judge: Judge,
  { watch = unwatched, from, keep }: SearchOptions = {},
): Promise<LearnedWord[]> {
  const trial = new Trial(index, judge);
  const associations = associationsIn(examples, index);
  let words = (from?.taken ?? []).map((place) => associations[place]!);
  for (const tried of placesOf(rounds * associations.length, watch, "trying words", 1)) {
    if (tried < (from?.tried ?? 0)) continue;
    keep?.({ tried, taken: words.map((word) => associations.indexOf(word)) });
    const association = associations[tried % associations.length]!;
    if (words.includes(association)) continue;
    if (
      (await trial.worth([...words, association], association.examples)) >
      (await trial.worth(words, association.examples))
    )
      words = [...words, association];
  }
  // Words that helped earlier may no longer be needed; the weakest are tried first.
  for (const word of words.toReversed()) {
    const others = words.filter((each) => each !== word);
    if ((await trial.right(others, word.examples)) >= (await trial.right(words, word.examples))) words = others;
  }
  return words
    .map(({ words: said, meaning }) => ({ words: said, meaning }))
    .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

interface Worth {
  /** Confidence of the likeliest plan, and whether it is answered. */
  soft: number;
  /** 1 for a right answer, -1 for a wrong one. */
  right: number;
}

/** Outcomes of examples with learned words. */
class Trial {
  readonly #index: SchemaIndex;
  readonly #judge: Judge;
  readonly #known = new Map<string, Promise<Worth>>();
  readonly #elements = new Map<Example, Set<string>>();

  constructor(index: SchemaIndex, judge: Judge) {
    this.#index = index;
    this.#judge = judge;
  }

  async worth(words: readonly Association[], examples: readonly Example[]): Promise<number> {
    return (await this.#worths(words, examples)).reduce((sum, { soft }) => sum + soft, 0);
  }

  async right(words: readonly Association[], examples: readonly Example[]): Promise<number> {
    return (await this.#worths(words, examples)).reduce((sum, { right }) => sum + right, 0);
  }

  async #worths(words: readonly Association[], examples: readonly Example[]): Promise<Worth[]> {
    const found: Worth[] = [];
    const indexes = new Map<string, SchemaIndex>();
    for (const example of examples) {
      // A word that a question lacks does not change it.
      const heard = words.filter((each) => each.examples.includes(example));
      const key = JSON.stringify(heard.map(({ words: said, meaning }) => [said, meaning]));
      const indexOf = () => {
        const index = indexes.get(key) ?? new SchemaIndex(this.#index.schema, heard);
        indexes.set(key, index);
        return index;
      };
      const place = `${example.line} ${key}`;
      const worth = this.#known.get(place) ?? this.#of(example, indexOf());
      this.#known.set(place, worth);
      found.push(await worth);
    }
    return found;
  }

  async #of(example: Example, index: SchemaIndex): Promise<Worth> {
    const { answered, right, likeliest } = await fateOf(example, { index }, this.#judge);
    const wanted = this.#elementsOf(example);
    const given = new Set((likeliest ? elementsOfPlan(likeliest.plan) : []).map(canonicalJson));
    const nearness = (2 * [...wanted].filter((each) => given.has(each)).length) / Math.max(1, wanted.size + given.size);
    const fate =
      right === undefined ? 0 : answered ? (right ? worths.answered : worths.wrong) : right ? worths.likeliest : 0;
    return { soft: fate + worths.nearness * nearness, right: answered && right !== undefined ? (right ? 1 : -1) : 0 };
  }

  #elementsOf(example: Example): Set<string> {
    let elements = this.#elements.get(example);
    if (!elements)
      this.#elements.set(
        example,
        (elements = new Set(elementsOf(example.known, this.#index.schema).map((each: Meaning) => canonicalJson(each)))),
      );
    return elements;
  }
}
