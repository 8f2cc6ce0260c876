import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "./column-kind.ts";
import { KeyGraph } from "./key-graph.ts";
import { singular, tokenise, wordsOfName, type Token } from "./tokens.ts";

export interface TableMatch {
  table: Table;
  /** All of the name was said; else only its last word. */
  exact: boolean;
}

export interface ColumnMatch extends TableMatch {
  column: Column;
}

export interface ValueMatch {
  table: Table;
  column: Column;
  /** As it is stored. */
  value: string;
}

/** What some words of a question may stand for in the schema, and how many tokens they are. */
export interface NameMatch {
  length: number;
  tables: TableMatch[];
  columns: ColumnMatch[];
}

/** Prefixes that say what kind of thing a table is, not what it holds. */
const tablePrefixes = new Set(["tbl", "t", "dim", "fact", "fct", "vw", "v", "stg"]);

/** Endings that say what type a column has: `ordered_at`, `birth_date`. */
const timeSuffixes = new Set(["at", "on", "date", "time", "ts", "timestamp", "datetime"]);

/** The longest name or value that is looked for, in tokens. */
const maxPhrase = 6;

/** Finds tables, columns and sampled values by the words that people use for them. */
export class SchemaIndex {
  readonly schema: DatabaseSchema;
  readonly graph: KeyGraph;
  /** Names and sampled values as they are written, and in lower case. */
  readonly spellings: { name: string; lower: string }[];
  readonly #names = new Map<string, { tables: TableMatch[]; columns: ColumnMatch[] }>();
  readonly #values = new Map<string, ValueMatch[]>();

  constructor(schema: DatabaseSchema) {
    this.schema = schema;
    this.graph = new KeyGraph(schema);
    for (const table of schema.tables) {
      this.#addTable(table);
      for (const column of table.columns) {
        this.#addColumn(table, column);
        for (const value of column.samples ?? []) this.#addValue({ table, column, value });
      }
    }
    const columns = schema.tables.flatMap((table) => table.columns);
    const names = new Set([...[...schema.tables, ...columns].map(({ name }) => name), ...columns.flatMap(({ samples }) => samples ?? [])]);
    this.spellings = [...names].map((name) => ({ name, lower: name.toLowerCase() }));
  }

  /** Whether the word is a name, in the singular or plural. */
  knows(word: string): boolean {
    return this.#names.has(singular(word.toLowerCase()));
  }

  /** The longest name that starts at a token; a whole name wins over the last word of one. */
  nameAt(tokens: readonly Token[], at: number): NameMatch | undefined {
    for (const length of phraseLengths(tokens, at)) {
      const found = this.#names.get(phrase(tokens, at, length, "stem"));
      if (found) return { length, ...found };
    }
    return undefined;
  }

  /** The longest sampled value that starts at a token. Quoted text is a value as a whole. */
  valueAt(tokens: readonly Token[], at: number): { length: number; values: ValueMatch[] } | undefined {
    const first = tokens[at];
    if (first?.kind === "quoted") {
      const values = this.valuesOf(first.text);
      return values.length > 0 ? { length: 1, values } : undefined;
    }
    for (const length of phraseLengths(tokens, at)) {
      const values = this.#values.get(phrase(tokens, at, length, "word")) ?? this.#values.get(phrase(tokens, at, length, "stem"));
      if (values) return { length, values };
    }
    return undefined;
  }

  /** The columns in which this text, whatever its case, was seen as a value. */
  valuesOf(text: string): ValueMatch[] {
    const tokens = tokenise(text);
    return this.#values.get(phrase(tokens, 0, tokens.length, "word")) ?? [];
  }

  #addTable(table: Table): void {
    const words = wordsOfName(table.name);
    const said = words.length > 1 && tablePrefixes.has(words[0]!) ? words.slice(1) : words;
    this.#name(said, (entry) => entry.tables.push({ table, exact: true }));
    if (said.length > 1) this.#name(said.slice(-1), (entry) => entry.tables.push({ table, exact: false }));
  }

  #addColumn(table: Table, column: Column): void {
    const words = wordsOfName(column.name);
    const add = (said: string[], exact: boolean) => this.#name(said, (entry) => entry.columns.push({ table, column, exact }));
    add(words, true);
    const key = table.primaryKey.includes(column.name) || table.foreignKeys.some(({ columns }) => columns.includes(column.name));
    if (words.length < 2 || key) return;
    if (kindOf(column) === "time" && timeSuffixes.has(words.at(-1)!)) add(words.slice(0, -1), false);
    else add(words.slice(-1), false);
    // `customer_name` of `customers` is its name.
    if (wordsOfName(table.name).map(singular).join(" ") === singular(words[0]!) && words.length > 2) add(words.slice(1), false);
  }

  #name(words: readonly string[], add: (entry: { tables: TableMatch[]; columns: ColumnMatch[] }) => void): void {
    const key = words.map(singular).join(" ");
    let entry = this.#names.get(key);
    if (!entry) this.#names.set(key, (entry = { tables: [], columns: [] }));
    add(entry);
  }

  /** Under its words and under their singulars: "book" finds "Books". A code without letters is no word of a question. */
  #addValue(match: ValueMatch): void {
    const tokens = tokenise(match.value);
    if (!tokens.some(({ kind }) => kind === "word")) return;
    for (const form of new Set([phrase(tokens, 0, tokens.length, "word"), phrase(tokens, 0, tokens.length, "stem")])) {
      this.#values.set(form, [...(this.#values.get(form) ?? []), match]);
    }
  }
}

const phrase = (tokens: readonly Token[], at: number, length: number, form: "word" | "stem") =>
  tokens.slice(at, at + length).map((token) => token[form]).join(" ");

/** From the longest phrase that can start here down to one token. */
function phraseLengths(tokens: readonly Token[], at: number): number[] {
  const longest = Math.min(maxPhrase, tokens.length - at);
  return Array.from({ length: longest }, (_, index) => longest - index);
}
