import {
  counts,
  distincts,
  extremes,
  functionWords,
  groupings,
  negations,
  superlatives,
  vocabulary,
  withouts,
} from "../language/lexicon.ts";
import type { Phrases } from "../language/phrases.ts";
import { representative, expandAbbreviations } from "../language/synonyms.ts";
import { root, singular, wordsOfName, type Token } from "../language/tokens.ts";
import type { Sentence } from "../grammar/sentence.ts";
import type { Placed } from "../linking/learned-words.ts";

/** Words in names without meaning of their own. */
const fillers = new Set(["of", "the", "in", "a", "for", "and", "to"]);

/** A name as words: singular, abbreviations expanded. */
export interface NameWords {
  words: readonly string[];
  roots: readonly string[];
  /** Stems of the words that represent the synonyms. */
  likes: readonly string[];
}

const known = new Map<string, NameWords>();

/** Maximum number of cached names: those of a few large schemas. */
const maxNames = 50_000;

/** Returns the words of a table's or column's name. */
export function nameWords(name: string): NameWords {
  let found = known.get(name);
  if (!found) {
    if (known.size >= maxNames) known.clear();
    const words = expandAbbreviations(wordsOfName(name))
      .map(singular)
      .filter((word) => !fillers.has(word));
    found = { words, roots: words.map(root), likes: words.map(like) };
    known.set(name, found);
  }
  return found;
}

const like = (word: string) => root(representative(word));

/** Words of a question that a plan should reflect. */
const mirrored = {
  average: /\b(average|avg|mean|averages)\b/,
  sum: /\b(total|sum|overall|combined|how much)\b/,
  sorted:
    /\b(sort|sorted|ordered|order by|order of|alphabetical|alphabetically|ascending|descending|ranked|chronological\w*|lexicographic\w*)\b/,
  compared: /\b(than|at least|at most|over|above|below|under|or more|or less|exceeds?|before|after|between|since)\b/,
  or: /\bor\b/,
  both: /\b(both|as well as)\b/,
  also: /\b(also|too|other|but|same)\b/,
  each: /\b(each|every|per)\b/,
  common: /\b(common|commonly|popular|frequent|frequently)\b/,
  above: /\b(above|below|than) (the |their |its )?(average|mean)\b/,
  text: /\b(contain|contains|containing|include|includes|including|like|starts?|starting|begins?|beginning|ends?|ending|substring|letter|word|prefix)\b/,
  share: /\b(percent|percentage|ratio|proportion|difference|fraction)\b/,
  all: /\b(all|any|only)\b/,
  details: /\b(details?|information|info|everything)\b/,
  ids: /\b(ids?|codes?)\b/,
  called: /\b(names?|titles?)\b/,
  times: /\b(year|month|day|date|when|time)s?\b/,
  related: /\b(that|which|who|whose|where|with|having)\b/,
  theirs: /\b(their|its|his|her)\b/,
  counting: /^(how many|count)\b/,
  asking: /^(what|which|who)\b/,
} satisfies Record<string, RegExp>;

export type Mirrored = keyof typeof mirrored | "superlative" | "count" | "distinct" | "group" | "negation";

/** Share of a name that the question contains, from 0 to 1. */
export interface Share {
  exact: number;
  like: number;
}

/** The words of a question, independent of any reading. */
export class QuestionWords {
  readonly sentence: Sentence;
  /** Words that belong neither to the grammar nor between other words. */
  readonly content: readonly Token[];
  readonly numbers: readonly number[];
  readonly quoted: readonly string[];
  /** Words that are written like names. */
  readonly proper: readonly Token[];
  /** Meanings of learned words: such a word counts as the name or value that it stands for. */
  readonly meant: ReadonlyMap<Token, Placed>;
  /** Words in lower case. */
  readonly lower: string;
  /** Number of "and" and commas. */
  readonly parts: number;
  /** Tables and columns that the question names in full. */
  readonly tables: readonly string[];
  readonly columns: readonly string[];
  readonly #words: ReadonlySet<string>;
  readonly #roots: ReadonlySet<string>;
  readonly #likes: ReadonlySet<string>;
  readonly #mirrored: Record<Mirrored, boolean>;
  /** Cached by name: the candidates of a question share most names. */
  readonly #shares = new Map<string, Share>();

  constructor(sentence: Sentence) {
    this.sentence = sentence;
    const { tokens, text } = sentence;
    const words = tokens.filter(({ kind }) => kind === "word");
    this.meant = meantBy(tokens, sentence.index.learned);
    const meanings = [...new Set(this.meant.values())];
    const meantNames = meanings.flatMap(({ table, column, value }) =>
      value === undefined ? nameWords((column ?? table).name).words : [],
    );
    this.lower = [text, ...meanings.flatMap(({ value = [] }) => value)].join(" ").toLowerCase();
    this.content = words.filter(({ word }) => !functionWords.has(word) && !vocabulary.has(word));
    this.numbers = tokens.filter(({ kind }) => kind === "number").map((token) => Number(token.text));
    this.quoted = tokens.filter(({ kind }) => kind === "quoted").map((token) => token.text.trim().toLowerCase());
    this.proper = words.filter(
      (token) => token !== tokens[0] && /^\p{Lu}/u.test(token.text) && !vocabulary.has(token.word),
    );
    this.parts = tokens.filter(({ word }) => word === "and" || word === ",").length;
    const stemsSaid = [...words.map(({ stem }) => stem), ...meantNames];
    this.#words = new Set(stemsSaid);
    this.#roots = new Set(stemsSaid.map(root));
    this.#likes = new Set(stemsSaid.map(like));
    const stems = ` ${stemsSaid.filter((word) => !fillers.has(word)).join(" ")} `;
    const whole = (name: string) => {
      const { words: own } = nameWords(name);
      return this.#words.has(own[0]!) && (own.length < 2 || stems.includes(` ${own.join(" ")} `));
    };
    this.tables = sentence.index.schema.tables.map(({ name }) => name).filter(whole);
    this.columns = [...sentence.index.twins.keys()].filter(whole);
    const said = sentence.words.join(" ");
    const anywhere = (...phrases: Phrases<unknown>[]) =>
      tokens.some((_, at) => phrases.some((each) => sentence.phrase(each, at)));
    this.#mirrored = {
      ...(Object.fromEntries(Object.entries(mirrored).map(([name, pattern]) => [name, pattern.test(said)])) as Record<
        keyof typeof mirrored,
        boolean
      >),
      superlative: anywhere(extremes, superlatives) || /\b(top|bottom|first|last|\p{L}{3,}est)\b/u.test(said),
      count: anywhere(counts),
      distinct: anywhere(distincts),
      group: anywhere(groupings),
      negation: anywhere(negations, withouts),
    };
  }

  has(what: Mirrored): boolean {
    return this.#mirrored[what];
  }

  /** Returns the share of a name's words that the question contains, exactly or also by synonyms. */
  share(name: string): Share {
    let share = this.#shares.get(name);
    if (!share) this.#shares.set(name, (share = this.#shareOf(nameWords(name))));
    return share;
  }

  #shareOf({ words, roots, likes }: NameWords): Share {
    const exact = words.filter((word) => this.#words.has(word)).length;
    const alike = words.filter((_, place) => this.#roots.has(roots[place]!) || this.#likes.has(likes[place]!)).length;
    return { exact: exact / Math.max(1, words.length), like: alike / Math.max(1, words.length) };
  }
}

/** Returns the tokens of each learned word in the question, with its meaning. */
function meantBy(tokens: readonly Token[], learned: readonly Placed[]): Map<Token, Placed> {
  const found = new Map<Token, Placed>();
  for (const placed of learned) {
    tokens.forEach((_, at) => {
      const run = tokens.slice(at, at + placed.words.length);
      if (run.length === placed.words.length && run.every(({ stem }, place) => stem === placed.words[place]))
        for (const token of run) found.set(token, placed);
    });
  }
  return found;
}

/** Returns the words that occur in none of these names and values. */
export function notNamed(words: readonly Token[], names: readonly string[], values: readonly string[]): Token[] {
  const named = new Set([
    ...names.flatMap((name) => nameWords(name).words),
    ...values.flatMap((value) => value.toLowerCase().split(/[^\p{L}\p{N}]+/u)),
  ]);
  return words.filter(({ word, stem }) => !named.has(word) && !named.has(stem));
}

/** Returns the words that have no synonym in these names. */
export function unlike(words: readonly Token[], names: readonly string[]): Token[] {
  const alike = new Set(
    words.length === 0 ? [] : names.map(nameWords).flatMap(({ roots, likes }) => [...roots, ...likes]),
  );
  return words.filter(({ stem }) => !alike.has(root(stem)) && !alike.has(like(stem)));
}
