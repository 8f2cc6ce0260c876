import type { Column, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "./column-kind.ts";
import type { Attribute, Name } from "./draft.ts";
import { labelNouns } from "./lexicon.ts";
import { Refusal } from "./refusal.ts";
import type { SchemaIndex } from "./schema-index.ts";
import { singular, wordsOfName } from "./tokens.ts";

export interface TableColumn {
  table: Table;
  column: Column;
}

interface Candidate extends TableColumn {
  /** The smaller, the closer to what was said. */
  rank: number;
}

/** Where a column is looked for. */
export interface Surroundings {
  /** Tables in the order in which they are likely, those of one level equally so. */
  levels: Table[][];
  /** After the levels: the tables nearest to this one; without it, all tables. */
  near?: Table;
}

/** The table that a name stands for. @throws Refusal when it is not clear which */
export function resolveTable({ tables, words }: Name): Table {
  const exact = tables.filter((each) => each.exact);
  const found = exact.length > 0 ? exact : tables;
  if (found.length === 1) return found[0]!.table;
  throw ambiguous(words, found.map(({ table }) => `${table.schema}.${table.name}`));
}

/**
 * The column that an attribute stands for: the best match of the first level that has any.
 * @throws Refusal when there is none, or several that are equally good
 */
export function resolveColumn(attribute: Attribute, index: SchemaIndex, { levels, near }: Surroundings, fits: (found: TableColumn) => boolean = () => true): TableColumn {
  const candidates = candidatesFor(attribute, index).filter(fits);
  const words = wordsOf(attribute);
  for (const level of levels) {
    const found = best(candidates.filter(({ table }) => level.includes(table)), words);
    if (found) return found;
  }
  const distance = ({ table }: Candidate) => (near ? index.graph.distance(near, table) : 0);
  const nearest = Math.min(...candidates.map(distance));
  const found = nearest < Infinity ? best(candidates.filter((each) => distance(each) === nearest), words) : undefined;
  if (found) {
    // Nearer, but not what was said to the letter: that would be a guess.
    const literal = candidates.filter((each) => each.rank === 0 && found.rank > 0 && distance(each) < Infinity);
    if (literal.length > 0) throw ambiguous(words, [found, ...literal].map(({ table, column }) => `${table.name}.${column.name}`));
    return found;
  }
  throw new Refusal(`I did not understand: ${words}. Nothing here has ${describe(attribute)}.`, { words: [words], hints: columnHints(levels.flat()) });
}

export const wordsOf = (attribute: Attribute) => (attribute.kind === "name" ? attribute.name.words : attribute.words);

function best(candidates: readonly Candidate[], words: string): Candidate | undefined {
  const rank = Math.min(...candidates.map((each) => each.rank));
  const found = candidates.filter((each) => each.rank === rank);
  if (found.length > 1) throw ambiguous(words, found.map(({ table, column }) => `${table.name}.${column.name}`));
  return found[0];
}

function candidatesFor(attribute: Attribute, index: SchemaIndex): Candidate[] {
  if (attribute.kind === "name") return attribute.name.columns.map(({ table, column, exact }) => ({ table, column, rank: exact ? 0 : 1 }));
  return index.schema.tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const rank = rankOf(attribute, table, column);
      return rank === undefined ? [] : [{ table, column, rank }];
    }),
  );
}

/** How well a column fits an attribute that does not name it. */
function rankOf(attribute: Exclude<Attribute, { kind: "name" }>, table: Table, column: Column): number | undefined {
  const kind = kindOf(column);
  switch (attribute.kind) {
    case "time":
      return kind === "time" ? 0 : undefined;
    case "number":
      return kind === "number" && !isKey(table, column) ? 0 : undefined;
    case "nouns":
      return kind === "number" ? nounRank(attribute.nouns, column) : undefined;
    case "label":
      return kind === "text" ? nounRank(labelNouns, column) : undefined;
  }
}

/** By the place of the noun in the list; a column that is called just so comes before one that ends so. */
function nounRank(nouns: readonly string[], column: Column): number | undefined {
  const words = wordsOfName(column.name);
  const place = nouns.indexOf(singular(words.at(-1) ?? ""));
  return place < 0 ? undefined : place * 2 + (words.length > 1 ? 1 : 0);
}

export const isKey = (table: Table, column: Column) =>
  table.primaryKey.includes(column.name) || table.foreignKeys.some(({ columns }) => columns.includes(column.name));

/** The column by which people call a row of the table, where it has one. */
export function labelOf(table: Table): Column | undefined {
  const ranked = table.columns
    .map((column) => ({ column, rank: kindOf(column) === "text" ? nounRank(labelNouns, column) : undefined }))
    .filter((each): each is { column: Column; rank: number } => each.rank !== undefined);
  return ranked.sort((a, b) => a.rank - b.rank)[0]?.column;
}

function ambiguous(words: string, choices: readonly string[]): Refusal {
  return new Refusal(`I did not understand which is meant by "${words}": ${choices.join(" or ")}.`, { words: [words], hints: [`Say which one: ${choices.join(", ")}.`] });
}

function describe(attribute: Attribute): string {
  switch (attribute.kind) {
    case "name":
      return "such a column with such a value";
    case "nouns":
      return `a number called ${attribute.nouns.join(", ")}`;
    case "time":
      return "a date or time";
    case "number":
      return "a number to compare with";
    case "label":
      return "a name or title";
  }
}

const columnHints = (tables: readonly Table[]) => [...new Set(tables)].map(({ name, columns }) => `${name} has: ${columns.map((column) => column.name).join(", ")}.`);
