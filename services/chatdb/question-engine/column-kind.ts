import type { Column } from "@chatdb/contracts/query.ts";

export type ColumnKind = "number" | "text" | "time" | "boolean" | "other";

/** Type names of PostgreSQL, MySQL and MongoDB by kind. MySQL stores a boolean as `tinyint(1)`. */
const kinds: [ColumnKind, RegExp][] = [
  ["boolean", /^(bool|boolean|tinyint\(1\))$/],
  ["number", /^(tinyint|smallint|mediumint|int|integer|bigint|long|numeric|decimal|real|float|double|year)\b/],
  ["text", /^(text|tinytext|mediumtext|longtext|citext|character|char|varchar|name|enum|string)\b|^"char"$/],
  ["time", /^(date|datetime|timestamp)\b/],
];

/** Caches the kinds, since one question looks up every column many times. */
const known = new WeakMap<object, ColumnKind>();

/**
 * Returns the kind of a column, which decides what a plan can do with its values. An enum has labels and counts as
 * text.
 */
export function kindOf(column: Readonly<Pick<Column, "type" | "samples">>): ColumnKind {
  let kind = known.get(column);
  if (kind === undefined) known.set(column, (kind = findKind(column)));
  return kind;
}

function findKind({ type, samples }: Pick<Column, "type" | "samples">): ColumnKind {
  if (type.endsWith("[]")) return "other";
  return kinds.find(([, pattern]) => pattern.test(type))?.[0] ?? (samples ? "text" : "other");
}

/** Tells whether a type is specific to the database (an enum, a uuid, JSON), so that it only compares with itself. */
export function isOwnType({ type }: Pick<Column, "type">): boolean {
  return !kinds.some(([, pattern]) => pattern.test(type));
}

/** Tells whether values of two columns can be compared with each other. */
export function areComparable(one: Pick<Column, "type" | "samples">, other: Pick<Column, "type" | "samples">): boolean {
  return one.type === other.type || (kindOf(one) === kindOf(other) && !isOwnType(one) && !isOwnType(other));
}
