import { LRUCache } from "lru-cache";
import pluralize from "pluralize";
import { stemmer } from "stemmer";

/** A word, number, date, quoted text or mark of a question. `start` and `end` are offsets in the question. */
export interface Token {
  kind: "word" | "number" | "date" | "quoted" | "mark";
  /** The text as written, without the quotes. */
  text: string;
  /** The text in lower case, for comparison; an ampersand becomes "and". */
  word: string;
  /** The word's singular. */
  stem: string;
  start: number;
  end: number;
}

const patterns = [
  /(?<quoted>"[^"]+"|“[^”]+”|(?<![\p{L}\p{N}])[‘’`][^‘’`']+[’'](?![\p{L}\p{N}])|(?<![\p{L}\p{N}])'[^']+'(?![\p{L}\p{N}]))/u,
  /(?<date>\d{4}-\d{2}-\d{2}(?![\p{L}\p{N}-]))/u,
  /(?<number>[$€£]?(?<![\p{L}\p{N}])-?\d+(?:,\d{3})*(?:\.\d+)?(?![\p{L}\p{N}_@]|[.,]\d))/u,
  // An underscore separates words, as in the schema's names, but not in an address such as ada_l@example.com.
  /(?<word>[\p{L}\p{M}\p{N}_.+-]+@[\p{L}\p{M}\p{N}.-]*[\p{L}\p{N}]|[\p{L}\p{M}\p{N}]+(?:['’.+-][\p{L}\p{M}\p{N}]+)*(?:['’](?![\p{L}\p{N}]))?)/u,
  /(?<mark><=|>=|<>|!=|[^\s_])/u,
];
const tokenPattern = new RegExp(patterns.map(({ source }) => source).join("|"), "gu");

/** Caches singulars: finding one tries a hundred patterns, and the same words occur over and over. */
const singulars = new LRUCache<string, string>({ max: 20_000, memoMethod: (word) => pluralize.singular(word) });

/** Returns the singular of a lower-case word. */
export function singular(word: string): string {
  return singulars.memo(word);
}

const roots = new LRUCache<string, string>({ max: 20_000, memoMethod: (word) => stemmer(word) });

/**
 * Returns the stem that forms of a word share: "employed" and "employee" (Porter, An algorithm for suffix stripping,
 * 1980).
 */
export function root(word: string): string {
  return roots.memo(word);
}

/** Returns the plural of a word, or of a name's last word. */
export function plural(name: string): string {
  return pluralize.plural(name);
}

/** Splits a question into tokens and drops possessive endings: "customers' names", "the customer's name". */
export function tokenise(question: string): Token[] {
  return [...question.matchAll(tokenPattern)].map((match) => {
    const { quoted, date, number, word } = match.groups!;
    // An address is one token, as if it were quoted.
    const kind = quoted || word?.includes("@") ? "quoted" : date ? "date" : number ? "number" : word ? "word" : "mark";
    const text = textOf(match[0], kind);
    const lower = text === "&" ? "and" : text.toLowerCase();
    return {
      kind,
      text,
      word: lower,
      stem: kind === "word" ? singular(lower) : lower,
      start: match.index,
      end: match.index + match[0].length,
    };
  });
}

function textOf(raw: string, kind: Token["kind"]): string {
  if (kind === "quoted") return raw.includes("@") && !/["“'‘’`]/.test(raw[0]!) ? raw : raw.slice(1, -1);
  if (kind === "number") return raw.replaceAll(/[$€£,]/g, "");
  return kind === "word" ? raw.replace(/['’]s?$/, "") : raw;
}

const namesParted = new LRUCache<string, readonly string[]>({
  max: 20_000,
  memoMethod: (name) =>
    name
      .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, " ")
      .split(/[^\p{L}\p{M}\p{N}]+/u)
      .filter(Boolean)
      .map((word) => word.toLowerCase()),
});

/** Splits a schema name into words: `unitPrice`, `unit_price` and `unit price` give the same two. */
export function wordsOfName(name: string): readonly string[] {
  return namesParted.memo(name);
}
