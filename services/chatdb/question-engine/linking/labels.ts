import type { Column, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import { labelNouns } from "../language/lexicon.ts";
import { singular, wordsOfName } from "../language/tokens.ts";
import { splitFusedName, nameParts } from "./column-words.ts";

/** Ranks by the noun's place in the list; a column with exactly this name comes before one that ends with it. */
export function nounPlace(nouns: readonly string[], column: Column): number | undefined {
  const words = wordsOfName(column.name).map(singular);
  const last = nouns.indexOf(words.at(-1) ?? "");
  if (last >= 0) return last * 2 + (words.length > 1 ? 1 : 0);
  const anywhere = nouns.findIndex((noun) => words.includes(noun));
  return anywhere < 0 ? undefined : anywhere * 2 + 6;
}

export const isKey = (table: Table, column: Column) =>
  table.primaryKey.includes(column.name) || table.foreignKeys.some(({ columns }) => columns.includes(column.name));

/** Whether a column is named like its table: `city` of cities. */
export const isNamedLike = (column: Column, table: Table) =>
  wordsOfName(column.name).map(singular).join(" ") === wordsOfName(table.name).map(singular).join(" ");

const labels = new WeakMap<Table, { label: Column | undefined }>();

/** Returns the column that names a row of the table; undefined if there is none. */
export function labelOf(table: Table): Column | undefined {
  let found = labels.get(table);
  if (!found) labels.set(table, (found = { label: likeliestLabel(table) }));
  return found.label;
}

function likeliestLabel(table: Table): Column | undefined {
  const ranked = table.columns
    .map((column) => ({ column, place: kindOf(column) === "text" ? labelPlace(column, table) : undefined }))
    .filter((each): each is { column: Column; place: number } => each.place !== undefined);
  return ranked.sort((a, b) => a.place - b.place)[0]?.column;
}

/** Returns all columns that name a row: first and last name if there is no other; empty if rows have no name. */
export function namesOf(table: Table): readonly Column[] {
  const label = labelOf(table);
  const parts = nameParts(table);
  if (parts && (label === undefined || parts.includes(label))) return parts;
  return label ? [label] : [];
}

/** Places a column such as `city` of cities after every column called a name. */
const lastPlace = 20;

function labelPlace(column: Column, table: Table): number | undefined {
  const [, ...rest] = splitFusedName([column.name.toLowerCase()], table);
  return (
    nounPlace(labelNouns, column) ??
    (rest.length > 0 && labelNouns.includes(rest.at(-1)!)
      ? 1
      : isNamedLike(column, table) && !isKey(table, column)
        ? lastPlace
        : undefined)
  );
}
