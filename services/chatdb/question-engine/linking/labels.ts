import type { Column, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import { labelNouns } from "../language/lexicon.ts";
import { singular, wordsOfName } from "../language/tokens.ts";
import { apart, nameParts } from "./column-words.ts";

/** By the place of the noun in the list; a column that is called just so comes before one that ends so. */
export function nounPlace(nouns: readonly string[], column: Column): number | undefined {
  const words = wordsOfName(column.name).map(singular);
  const last = nouns.indexOf(words.at(-1) ?? "");
  if (last >= 0) return last * 2 + (words.length > 1 ? 1 : 0);
  const anywhere = nouns.findIndex((noun) => words.includes(noun));
  return anywhere < 0 ? undefined : anywhere * 2 + 6;
}

export const isKey = (table: Table, column: Column) =>
  table.primaryKey.includes(column.name) || table.foreignKeys.some(({ columns }) => columns.includes(column.name));

/** `city` of cities. */
export const isCalledAs = (column: Column, table: Table) =>
  wordsOfName(column.name).map(singular).join(" ") === wordsOfName(table.name).map(singular).join(" ");

const labels = new WeakMap<Table, { label: Column | undefined }>();

/** The column by which people call a row of the table, where it has one. */
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

/** All columns by which people call a row: first and last name, where it has no other; none where it has no name. */
export function namesOf(table: Table): readonly Column[] {
  const label = labelOf(table);
  const parts = nameParts(table);
  if (parts && (label === undefined || parts.includes(label))) return parts;
  return label ? [label] : [];
}

/** `city` of cities comes after whatever is called a name. */
const lastPlace = 20;

function labelPlace(column: Column, table: Table): number | undefined {
  const [, ...rest] = apart([column.name.toLowerCase()], table);
  return (
    nounPlace(labelNouns, column) ??
    (rest.length > 0 && labelNouns.includes(rest.at(-1)!)
      ? 1
      : isCalledAs(column, table) && !isKey(table, column)
        ? lastPlace
        : undefined)
  );
}
