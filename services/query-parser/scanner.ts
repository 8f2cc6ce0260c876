import type { Name } from "./draft.ts";
import { functionWords, numberWords, valueEnds, type Phrases } from "./lexicon.ts";
import type { NameMatch, SchemaIndex, ValueMatch } from "./schema-index.ts";
import { tokenise, type Token } from "./tokens.ts";

/** Reads a question from left to right. Each `take...` moves on when it succeeds and stays where it is when not. */
export class Scanner {
  readonly question: string;
  readonly index: SchemaIndex;
  readonly tokens: readonly Token[];
  readonly words: readonly string[];
  at = 0;

  constructor(question: string, index: SchemaIndex) {
    this.question = question;
    this.index = index;
    this.tokens = tokenise(question);
    this.words = this.tokens.map(({ kind, word }) => (kind === "quoted" ? "" : word));
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  get token(): Token | undefined {
    return this.tokens[this.at];
  }

  /** The question from a token up to where the scanner is. */
  said(from: number): string {
    return this.question.slice(this.tokens[from]?.start, this.tokens[this.at - 1]?.end);
  }

  takePhrase<T>(phrases: Phrases<T>): T | undefined {
    const match = phrases.match(this.words, this.at);
    if (match) this.at += match.length;
    return match?.meaning;
  }

  takeWord(...words: readonly string[]): boolean {
    const taken = this.token !== undefined && words.includes(this.words[this.at]!);
    if (taken) this.at++;
    return taken;
  }

  takeArticles(): void {
    while (this.takeWord("the", "a", "an", "all", "of", "their", "its", "our")) continue;
  }

  /** A number in figures, or one up to twelve in letters. */
  takeNumber(): number | undefined {
    if (this.token?.kind !== "number") return this.takePhrase(numberWords);
    return Number(this.tokens[this.at++]!.text);
  }

  /** A whole number of at least one. */
  takeCount(): number | undefined {
    const from = this.at;
    const count = this.takeNumber();
    if (count !== undefined && Number.isSafeInteger(count) && count > 0) return count;
    this.at = from;
    return undefined;
  }

  takeTable(): Name | undefined {
    const match = this.index.nameAt(this.tokens, this.at);
    return match && match.tables.length > 0 ? this.#take({ ...match, columns: [] }) : undefined;
  }

  /** A column, also with its table before it: "price", "product price". */
  takeColumn(): Name | undefined {
    const name = this.takeName();
    if (!name) return undefined;
    // Visits are visits, not what is left of `visit_date`.
    const rather = name.tables.some(({ exact }) => exact) && !name.columns.some(({ exact }) => exact);
    if (name.columns.length > 0 && !rather) return { ...name, tables: [] };
    this.at = name.at;
    return undefined;
  }

  /** A table or a column. A table and right after it one of its columns are together that column. */
  takeName(): Name | undefined {
    const match = this.index.nameAt(this.tokens, this.at);
    if (!match) return undefined;
    const name = this.#take(match);
    const next = match.tables.length > 0 && this.index.nameAt(this.tokens, this.at);
    const columns = next ? next.columns.filter(({ table }) => match.tables.some((each) => each.table === table)) : [];
    if (!next || columns.length === 0) return name;
    const column = this.#take({ ...next, columns, tables: [] });
    return { ...column, words: `${name.words} ${column.words}`, at: name.at, qualifier: { ...name, columns: [] } };
  }

  takeValue(): ValueMatch[] | undefined {
    const { token } = this;
    // What is more often a word of the grammar is a value only in quotes.
    if (!token || (token.kind !== "quoted" && functionWords.has(token.word))) return undefined;
    const match = this.index.valueAt(this.tokens, this.at);
    if (match) this.at += match.length;
    return match?.values;
  }

  /** A value that no column was named for: not what is also the name of a table or a column, unless it is in quotes. */
  takeBareValue(): ValueMatch[] | undefined {
    const name = this.token?.kind === "quoted" ? undefined : this.index.nameAt(this.tokens, this.at);
    const value = this.index.valueAt(this.tokens, this.at);
    return name && value && name.length >= value.length ? undefined : this.takeValue();
  }

  /** Free text: what is in quotes, or the words up to one that begins another part of the question. */
  takeText(): string | undefined {
    const from = this.at;
    if (this.token?.kind === "quoted") return this.tokens[this.at++]!.text;
    while (!this.done && !valueEnds.has(this.words[this.at]!) && this.tokens[this.at]!.kind !== "quoted") this.at++;
    // A full stop ends the question, not the text.
    while (this.at > from && [".", "?", "!"].includes(this.words[this.at - 1]!)) this.at--;
    return this.at > from ? this.said(from) : undefined;
  }

  #take({ length, tables, columns }: NameMatch): Name {
    const at = this.at;
    this.at += length;
    const last = this.tokens[this.at - 1]!;
    return { words: this.said(at), at, plural: last.word !== last.stem, tables, columns };
  }
}
