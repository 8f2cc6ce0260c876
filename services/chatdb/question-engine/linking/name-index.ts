import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import { people, representative, otherForms, expandAbbreviations } from "../language/synonyms.ts";
import { root, singular, wordsOfName } from "../language/tokens.ts";
import { splitFusedName, tablePrefixes, withoutTable } from "./column-words.ts";
import { isNamedLike, labelOf } from "./labels.ts";
import { learnedCost, type Placed } from "./learned-words.ts";

/** A table that words may name. The cost is the distance of the words from its name: 0 for the name itself. */
export interface TableCandidate {
  table: Table;
  cost: number;
}

export interface ColumnCandidate extends TableCandidate {
  column: Column;
}

export interface Named {
  tables: TableCandidate[];
  columns: ColumnCandidate[];
}

/** Longest name to look for, in words. */
export const maxWords = 5;

const costs = { shortForm: 0.05, comment: 0.1, generic: 0.25, ending: 0.45, part: 0.7, foreignKey: 0.3, loose: 0.4 };

/** Endings of column names that give the notation, not the meaning. */
const genericEndings = new Set([
  "code",
  "name",
  "description",
  "text",
  "value",
  "at",
  "on",
  "date",
  "time",
  "ts",
  "timestamp",
  "datetime",
  "number",
  "type",
  "details",
  "detail",
  "yn",
  "id",
]);

/** Words for identifiers of rows. */
const idWords = new Set(["id", "identifier", "code", "number", "no", "key"]);

/** Words in names and comments that name nothing by themselves. */
const linkingWords = new Set([
  "and",
  "or",
  "of",
  "the",
  "a",
  "an",
  "for",
  "in",
  "to",
  "by",
  "with",
  "is",
  "at",
  "on",
  "was",
  "when",
]);

/** Longest comment that counts as a name, in words; longer ones are explanations. */
const maxCommentWords = 4;

/** Finds tables and columns by words: names, parts of names, abbreviations, synonyms. */
export class NameIndex {
  readonly #exact = new Map<string, Named>();
  readonly #loose = new Map<string, Named>();

  constructor(schema: DatabaseSchema, learned: readonly Placed[] = []) {
    for (const table of schema.tables) {
      this.#addTable(table);
      this.#addPeople(table);
      for (const column of table.columns) this.#addColumn(table, column);
    }
    for (const each of learned) this.#addLearned(each);
  }

  /** Single words that name something, in singular. */
  get words(): string[] {
    return [...this.#exact.keys()].filter((key) => !key.includes(" "));
  }

  /** Whether a singular word is part of a name or a synonym of one. */
  knows(word: string): boolean {
    return this.#exact.has(word) || this.#loose.has(looseKey([word]));
  }

  /** Returns the tables and columns that a run of singular words may name. */
  find(words: readonly string[]): Named | undefined {
    const exact = this.#exact.get(words.join(" ")) ?? (words.length > 1 ? this.#exact.get(words.join("")) : undefined);
    const loose = this.#loose.get(looseKey(words));
    if (!exact || !loose) return exact ?? loose;
    return {
      tables: exact.tables.length > 0 ? exact.tables : loose.tables,
      columns: [
        ...exact.columns,
        ...loose.columns.filter(({ column }) => !exact.columns.some((each) => each.column === column)),
      ],
    };
  }

  #addTable(table: Table): void {
    for (const { words, cost } of spellings(table.name, table.comment)) {
      const said = words.length > 1 && tablePrefixes.has(words[0]!) ? words.slice(1) : words;
      for (const part of partsOf(said)) {
        // Only a whole comment counts as a name: not every "kind of product" is a product.
        if (cost === costs.comment && !part.whole) continue;
        const distance = part.whole ? 0 : part.ending ? costs.ending : costs.part;
        this.#add(part.words, (named, extra) =>
          keepBest(named.tables, { table, cost: cost + distance + extra }, (each) => each.table === table),
        );
      }
    }
  }

  #addPeople(table: Table): void {
    const kind = singular(wordsOfName(table.name).at(-1) ?? "");
    if (people.has(kind) && kind !== "person")
      this.#add(["person"], (named, extra) =>
        keepBest(named.tables, { table, cost: costs.foreignKey + extra }, (each) => each.table === table),
      );
  }

  #addColumn(table: Table, column: Column): void {
    const foreign =
      table.foreignKeys.some(({ columns }) => columns.includes(column.name)) && !table.primaryKey.includes(column.name);
    const base = foreign ? costs.foreignKey : 0;
    const primary = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
    const key =
      (foreign || table.primaryKey.includes(column.name)) && (kindOf(column) === "number" || /id$/i.test(column.name));
    // Abbreviated ids: `aid` of aircraft, `stuid` of students.
    const itself = isNamedLike(column, table) && labelOf(table) === column;
    // A column such as `city` of cities is the name of its rows.
    if (itself)
      this.#add(["name"], (named, extra) =>
        keepBest(named.columns, { table, column, cost: costs.shortForm + extra }, (each) => each.column === column),
      );
    if (primary && /.id$/i.test(column.name))
      this.#add(["id"], (named, extra) =>
        keepBest(named.columns, { table, column, cost: 0.1 + extra }, (each) => each.column === column),
      );
    for (const { words: together, cost } of spellings(column.name, column.comment)) {
      const words = splitFusedName(together, table);
      const own = withoutTable(words, table);
      for (const part of partsOf(words)) {
        // A key matches by its whole name only: "student" is not `student_id`, unless nothing else matches.
        const isId = primary && part.ending && part.words.length === 1 && idWords.has(part.words[0]!);
        const distance = isId
          ? 0.05
          : costOfPart(part.words, words, own, kindOf(column) === "time") +
            (key && !part.whole && part.words.join(" ") !== own.join(" ") ? 1 : 0);
        this.#add(part.words, (named, extra) =>
          keepBest(
            named.columns,
            { table, column, cost: base + cost + distance + extra },
            (each) => each.column === column,
          ),
        );
      }
    }
  }

  #addLearned({ words, table, column, value }: Placed): void {
    if (value !== undefined) return;
    const named = entry(this.#exact, words.join(" "));
    if (column) keepBest(named.columns, { table, column, cost: learnedCost }, (each) => each.column === column);
    else keepBest(named.tables, { table, cost: learnedCost }, (each) => each.table === table);
  }

  #add(words: readonly string[], add: (named: Named, extraCost: number) => void): void {
    add(entry(this.#exact, words.join(" ")), 0);
    add(entry(this.#loose, looseKey(words)), costs.loose);
  }
}

const looseKey = (words: readonly string[]) => words.map((word) => root(representative(word))).join(" ");

function entry(index: Map<string, Named>, key: string): Named {
  let named = index.get(key);
  if (!named) index.set(key, (named = { tables: [], columns: [] }));
  return named;
}

function keepBest<T extends TableCandidate>(candidates: T[], candidate: T, same: (each: T) => boolean): void {
  const at = candidates.findIndex(same);
  if (at < 0) candidates.push(candidate);
  else if (candidates[at]!.cost > candidate.cost) candidates[at] = candidate;
}

/** Returns the words of a name with abbreviations expanded, and those of a comment short enough to be a name. */
function spellings(name: string, comment: string | undefined): { words: string[]; cost: number }[] {
  const plain = wordsOfName(name).map(singular);
  const written = expandAbbreviations(plain).map(singular);
  const found = [{ words: plain, cost: 0 }];
  if (written.join(" ") !== plain.join(" ")) found.push({ words: written, cost: costs.shortForm });
  const said = comment === undefined ? [] : wordsOfName(comment).map(singular);
  if (said.length > 0 && said.length <= maxCommentWords) found.push({ words: said, cost: costs.comment });
  for (const words of otherForms(written)) found.push({ words, cost: costs.shortForm });
  return found.filter(({ words }) => words.length > 0);
}

function costOfPart(part: readonly string[], words: readonly string[], own: readonly string[], time: boolean): number {
  const said = part.join(" ");
  if (said === words.join(" ")) return 0;
  if (said === own.join(" ")) return 0.05;
  const bare = own.length > 1 && (genericEndings.has(own.at(-1)!) || time) ? own.slice(0, -1) : own;
  if (said === bare.join(" ") || said === [...words.slice(0, words.length - own.length), ...bare].join(" "))
    return costs.generic;
  const missing = 1 - part.length / Math.max(own.length, part.length);
  return (part.at(-1) === words.at(-1) ? costs.ending : costs.part) + missing * 0.4;
}

/** Returns every run of words in a name. */
function partsOf(words: readonly string[]): { words: string[]; whole: boolean; ending: boolean }[] {
  const parts = [];
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= Math.min(words.length, from + maxWords); to++) {
      const part = words.slice(from, to);
      if (part.every((word) => linkingWords.has(word))) continue;
      parts.push({ words: part, whole: to - from === words.length, ending: to === words.length });
    }
  }
  return parts;
}
