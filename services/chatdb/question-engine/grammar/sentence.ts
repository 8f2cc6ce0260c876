import { functionWords, numberWords, onAverages, valueEnds } from "../language/lexicon.ts";
import type { Phrases } from "../language/phrases.ts";
import { correctSpelling } from "../language/spelling.ts";
import { singular, type Token, tokenise } from "../language/tokens.ts";
import { infinitive } from "../language/verbs.ts";
import { maxWords } from "../linking/name-index.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import { maxValueWords } from "../linking/value-index.ts";
import type { ColumnMention, Mention, TableMention, ValueMention } from "./frame.ts";

/** Words inside a name that schemas leave out: "number of employees". */
const insideNames = new Set(["of", "the", "for", "in", "a"]);

const articles = [
  "the",
  "a",
  "an",
  "all",
  "of",
  "their",
  "its",
  "our",
  "any",
  "some",
  "his",
  "her",
  "those",
  "these",
  "every",
  "each",
  "both",
  "corresponding",
  "respective",
];

/** Words and signs of currencies; a number before one is an amount of money. */
export const currencies = new Set([
  "euro",
  "euros",
  "eur",
  "dollar",
  "dollars",
  "usd",
  "buck",
  "bucks",
  "pound",
  "pounds",
  "gbp",
  "€",
  "$",
]);

const scales = new Map(Object.entries({ thousand: 1e3, k: 1e3, million: 1e6, m: 1e6, billion: 1e9 }));

/** Names of a higher cost leave room for other meanings of their words. */
const certainCost = 0.35;

/** A question as tokens, with the names and values of the schema that they may mean. Positions are token indexes. */
export class Sentence {
  readonly text: string;
  readonly index: SchemaIndex;
  /** The moment that "today" and "last month" refer to. */
  readonly now: Date;
  readonly tokens: readonly Token[];
  readonly words: readonly string[];
  /** The corrected forms of misspelled words. */
  readonly corrections: string[] = [];
  /** Whether the question has "on average", so that it asks for averages of numbers. */
  readonly averages: boolean;
  readonly #tables: (TableMention[] | undefined)[] = [];
  readonly #columns: (ColumnMention[] | undefined)[] = [];
  readonly #values: (ValueMention[] | undefined)[] = [];

  constructor(text: string, index: SchemaIndex, now: Date) {
    this.text = text;
    this.index = index;
    this.now = now;
    this.tokens = tokenise(text).map((token) => this.#spelledRight(token));
    this.words = this.tokens.map(({ kind, word }) => (kind === "quoted" ? "" : word));
    this.averages = this.words.some((_, at) => onAverages.match(this.words, at) !== undefined);
  }

  /** The question's own text from token `from` up to, not including, token `to`. */
  textOf(from: number, to: number): string {
    return this.text.slice(this.tokens[from]?.start ?? 0, this.tokens[to - 1]?.end ?? 0);
  }

  phrase<T>(phrases: Phrases<T>, at: number): { end: number; meaning: T } | undefined {
    const match = phrases.match(this.words, at);
    return match && { end: at + match.length, meaning: match.meaning };
  }

  /** The position after a phrase, or `at` if there is none. */
  past(phrases: Phrases<unknown>, at: number): number {
    return this.phrase(phrases, at)?.end ?? at;
  }

  /** The position after all of these words that follow. */
  skip(at: number, ...words: readonly string[]): number {
    while (at < this.words.length && words.includes(this.words[at]!)) at++;
    return at;
  }

  articles(at: number): number {
    return this.skip(at, ...articles);
  }

  /** A number in figures, or one up to twelve in letters. */
  number(at: number): { end: number; value: number } | undefined {
    const token = this.tokens[at];
    if (token?.kind === "number") {
      const scale = scales.get(this.words[at + 1] ?? "");
      const end = at + (scale ? 2 : 1);
      return { end: currencies.has(this.words[end] ?? "") ? end + 1 : end, value: Number(token.text) * (scale ?? 1) };
    }
    const word = this.phrase(numberWords, at);
    return word && { end: word.end, value: word.meaning };
  }

  tables(at: number): readonly TableMention[] {
    return (this.#tables[at] ??= this.#named(at, "tables").map(({ mention, named }) => ({
      ...mention,
      tables: named.tables,
    })));
  }

  /** Columns at a position, a table before them included: "price", "product price", "product's price". */
  columns(at: number): readonly ColumnMention[] {
    return (this.#columns[at] ??= this.#columnsAt(at));
  }

  /** "first and last names", "start and end dates": two columns that share their last words. */
  sharedColumns(at: number): readonly { end: number; names: readonly [ColumnMention, ColumnMention] }[] {
    const [first, and] = [this.tokens[at], this.words[at + 1]];
    if (first?.kind !== "word" || (and !== "and" && and !== "or" && and !== "&")) return [];
    return this.columns(at + 2).flatMap((second) => {
      const last = this.tokens[second.end - 1]!.stem;
      const named =
        second.end - (at + 2) < 2 || first.stem === last ? undefined : this.index.names.find([first.stem, last]);
      if (!named || named.columns.length === 0) return [];
      const mention: ColumnMention = {
        at,
        end: second.end,
        words: `${first.text} ${this.tokens[second.end - 1]!.text}`,
        plural: second.plural,
        columns: named.columns,
        ...(second.of ? { of: second.of } : {}),
      };
      return [{ end: second.end, names: [mention, second] as const }];
    });
  }

  /** Sampled values, the longest first. Quoted text is a value as a whole. */
  values(at: number): readonly ValueMention[] {
    return (this.#values[at] ??= this.#valuesAt(at));
  }

  /** Free text: a quoted text, or the words before the next part of the question. */
  freeText(at: number): { end: number; text: string; quoted: boolean } | undefined {
    const token = this.tokens[at];
    if (!token) return undefined;
    if (token.kind === "quoted") return { end: at + 1, text: token.text, quoted: true };
    // A capitalised name continues with capitalised words.
    const proper = this.#isProper(at);
    let end = at;
    while (
      end < this.tokens.length &&
      !valueEnds.has(this.words[end]!) &&
      this.tokens[end]!.kind !== "quoted" &&
      this.tokens[end]!.kind !== "mark" &&
      !(proper && infinitive(this.words[end]!) !== undefined && /^\p{Ll}/u.test(this.tokens[end]!.text))
    )
      end++;
    return end > at ? { end, text: this.textOf(at, end), quoted: false } : undefined;
  }

  /** Words that look like a proper name: "John Smith", "LG-P760". */
  properName(at: number): { end: number; text: string } | undefined {
    let end = at;
    while (end < this.tokens.length && this.#isProper(end)) end++;
    return end > at ? { end, text: this.textOf(at, end) } : undefined;
  }

  /** Corrects the spelling of an unknown word. Proper names and codes are left unchanged. */
  #spelledRight(token: Token): Token {
    if (token.kind !== "word" || /[^\p{Ll}]/u.test(token.text.slice(1)) || this.index.knows(token)) return token;
    const word = correctSpelling(token.word, this.index.vocabulary);
    if (word === undefined) return token;
    this.corrections.push(word);
    return { ...token, word, stem: singular(word) };
  }

  #isProper(at: number): boolean {
    const { kind, text, start } = this.tokens[at]!;
    // The capital of the first word of a sentence means nothing.
    const first = at === 0 || /[.?!]\s*$/.test(this.text.slice(0, start));
    return (
      (kind === "word" && !first && /^\p{Lu}|\d/u.test(text)) ||
      (kind === "number" && at > 0 && this.tokens[at - 1]!.end === start)
    );
  }

  #columnsAt(at: number): ColumnMention[] {
    const found: ColumnMention[] = this.#named(at, "columns").map(({ mention, named }) => ({
      ...mention,
      columns: named.columns,
    }));
    for (const table of this.tables(at)) {
      const among = new Set(table.tables.map((each) => each.table));
      for (const { mention, named } of this.#named(table.end, "columns")) {
        const columns = named.columns.filter((each) => among.has(each.table));
        // A column of that whole name ("student id" is `student_id`) fits better.
        if (
          columns.length > 0 &&
          !found.some(({ end, columns: whole }) => end === mention.end && whole.some(({ cost }) => cost < certainCost))
        ) {
          found.push({ ...mention, at, words: this.textOf(at, mention.end), columns, of: table });
        }
      }
    }
    return found;
  }

  /** Whether a token is a code in capitals; a question all in capitals has none. */
  #isCode({ text }: Token): boolean {
    return /^\p{Lu}{2,}$/u.test(text) && /\p{Ll}/u.test(this.text);
  }

  #named(at: number, kind: "tables" | "columns") {
    const found: { mention: Mention; named: { tables: TableMention["tables"]; columns: ColumnMention["columns"] } }[] =
      [];
    const ends = this.#nameEnds(at);
    for (let count = ends.length; count > 0; count--) {
      const words = ends.slice(0, count).map((position) => this.tokens[position]!.stem);
      // "type of product" is a product type.
      const turned = count === 2 && ends[1]! > ends[0]! + 1 ? this.index.names.find(words.toReversed()) : undefined;
      const named =
        turned && turned[kind].some(({ cost }) => cost < certainCost) ? turned : this.index.names.find(words);
      if (!named || named[kind].length === 0) continue;
      const last = this.tokens[ends[count - 1]!]!;
      const end = ends[count - 1]! + 1;
      found.push({ mention: { at, end, words: this.textOf(at, end), plural: last.word !== last.stem }, named });
      if (Math.min(...named[kind].map(({ cost }) => cost)) < certainCost || found.length === 2) break;
    }
    return found;
  }

  /** The positions of the words that a name that starts here could have. */
  #nameEnds(at: number): number[] {
    const positions: number[] = [];
    for (let position = at; position < this.tokens.length && positions.length < maxWords; position++) {
      const { kind, word } = this.tokens[position]!;
      if (kind !== "word" && kind !== "number") break;
      if (position > at && insideNames.has(word)) continue;
      if (position === at && insideNames.has(word)) break;
      positions.push(position);
    }
    return positions;
  }

  #valuesAt(at: number): ValueMention[] {
    const first = this.tokens[at];
    if (!first || first.kind === "mark") return [];
    // A function word is a value only in quotes or as part of a longer value.
    const longest = first.kind === "quoted" ? 1 : Math.min(maxValueWords, this.tokens.length - at);
    const found: ValueMention[] = [];
    for (let length = longest; length > 0; length--) {
      if (
        length === 1 &&
        first.kind !== "quoted" &&
        ((functionWords.has(first.word) && !this.#isCode(first)) || first.kind === "number")
      )
        continue;
      const tokens = this.tokens.slice(at, at + length);
      const values = first.kind === "quoted" ? this.index.values.of(first.text) : this.index.values.find(tokens);
      if (values.length === 0) continue;
      found.push({ at, end: at + length, words: this.textOf(at, at + length), plural: false, values });
      if (values.some(({ cost }) => cost < certainCost) || found.length === 2) break;
    }
    return found;
  }
}
