import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { tokenise, type Token } from "../language/tokens.ts";
import { otherNamesOfCountry } from "./countries.ts";
import { learnedCost, type Placed } from "./learned-words.ts";

/** A sampled value of a column, as it is stored. */
export interface ValueCandidate {
  table: Table;
  column: Column;
  value: string;
  cost: number;
}

/** Longest value to look for, in words. */
export const maxValueWords = 8;

/** Maximum number of values in which typos are searched. */
const maxVocabulary = 5000;

/** Maximum length of a value that a single word of it may stand for. */
const maxWordsForPart = 4;

/** Cost of a word that is only a part of the value. */
const partCost = 0.9;

/** Cost of words that differ from the value by their plural. */
const inflectionCost = 0.2;

/** Words that many databases store as a single letter. */
const letters = new Map(
  Object.entries({
    female: ["f"],
    male: ["m"],
    woman: ["f", "female"],
    man: ["m", "male"],
    girl: ["f", "female"],
    boy: ["m", "male"],
    yes: ["y", "t", "true"],
    no: ["n", "f", "false"],
    women: ["f", "female"],
    men: ["m", "male"],
    married: ["m"],
    single: ["s"],
  }),
);

/** Finds sampled values by words. */
export class ValueIndex {
  readonly #values = new Map<string, ValueCandidate[]>();
  readonly #words = new Set<string>();

  constructor(schema: DatabaseSchema, learned: readonly Placed[] = []) {
    for (const table of schema.tables) {
      for (const column of table.columns) {
        for (const value of column.samples ?? []) this.#add({ table, column, value });
      }
    }
    for (const { words, table, column, value } of learned) {
      if (column && value !== undefined) this.#put(words.join(" "), { table, column, value, cost: learnedCost });
    }
  }

  /** Returns the values that tokens may stand for, whole or by one word. */
  find(tokens: readonly Token[]): readonly ValueCandidate[] {
    const exact = this.#values.get(key(tokens, "word"));
    if (exact) return exact;
    const inflected = this.#values.get(key(tokens, "stem"));
    if (inflected) return inflected.map((each) => ({ ...each, cost: each.cost + inflectionCost }));
    const country = otherNamesOfCountry(key(tokens, "word")).flatMap((name) => this.#values.get(name) ?? []);
    if (country.length > 0) return country.map((each) => ({ ...each, cost: each.cost + inflectionCost }));
    const written = tokens.length === 1 ? (letters.get(tokens[0]!.word) ?? letters.get(tokens[0]!.stem)) : undefined;
    return written?.flatMap((letter) => (this.#values.get(letter) ?? []).map((each) => ({ ...each, cost: 0.1 }))) ?? [];
  }

  /** Values that consist of one word. */
  get words(): string[] {
    return [...this.#values.keys()].filter((key) => !key.includes(" ")).slice(0, maxVocabulary);
  }

  /** Whether any value contains a word. */
  knows(word: string): boolean {
    return this.#words.has(word);
  }

  /** Returns the columns that have this text as a sampled value, ignoring case. */
  of(text: string): readonly ValueCandidate[] {
    return (this.#values.get(key(tokenise(text), "word")) ?? []).filter(({ cost }) => cost === 0);
  }

  #add(value: Omit<ValueCandidate, "cost">): void {
    const tokens = tokenise(value.value);
    const words = tokens.filter(({ kind }) => kind === "word");
    if (tokens.length === 0) return;
    for (const { word, stem } of tokens) this.#words.add(word).add(stem);
    this.#put(key(tokens, "word"), { ...value, cost: 0 });
    if (key(tokens, "stem") !== key(tokens, "word")) this.#put(key(tokens, "stem"), { ...value, cost: inflectionCost });
    if (words.length < 2 || words.length > maxWordsForPart) return;
    for (const { word } of words) {
      if (word.length > 3) this.#put(word, { ...value, cost: partCost });
    }
  }

  #put(words: string, candidate: ValueCandidate): void {
    const found = this.#values.get(words);
    if (!found) this.#values.set(words, [candidate]);
    else if (!found.some(({ column, value }) => column === candidate.column && value === candidate.value))
      found.push(candidate);
  }
}

const key = (tokens: readonly Token[], form: "word" | "stem") => tokens.map((token) => token[form]).join(" ");
