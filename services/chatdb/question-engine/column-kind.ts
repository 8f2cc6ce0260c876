import type { Column } from "@chatdb/contracts/query.ts";

export type ColumnKind = "number" | "text" | "time" | "boolean" | "other";

/** Types as PostgreSQL, MySQL and MongoDB name them. MySQL has no booleans of its own: `tinyint(1)` is what it makes of them. */
const kinds: [ColumnKind, RegExp][] = [
  ["boolean", /^(bool|boolean|tinyint\(1\))$/],
  ["number", /^(tinyint|smallint|mediumint|int|integer|bigint|long|numeric|decimal|real|float|double|year)\b/],
  ["text", /^(text|tinytext|mediumtext|longtext|citext|character|char|varchar|name|enum|string)\b|^"char"$/],
  ["time", /^(date|datetime|timestamp)\b/],
];

/** A question asks for the kinds of all columns many times. */
const known = new WeakMap<object, ColumnKind>();

/** What can be done with a column's values. An enum has labels and counts as text. */
export function kindOf(column: Readonly<Pick<Column, "type" | "samples">>): ColumnKind {
  let kind = known.get(column);
  if (kind === undefined) known.set(column, (kind = findKind(column)));
  return kind;
}

function findKind({ type, samples }: Pick<Column, "type" | "samples">): ColumnKind {
  if (type.endsWith("[]")) return "other";
  return kinds.find(([, pattern]) => pattern.test(type))?.[0] ?? (samples ? "text" : "other");
}

/** Whether a type is the database's own making (an enum, a uuid, JSON): it compares with itself alone. */
export function isOwnType({ type }: Pick<Column, "type">): boolean {
  return !kinds.some(([, pattern]) => pattern.test(type));
}

/** Whether values of two columns can be compared with each other. */
export function areComparable(one: Pick<Column, "type" | "samples">, other: Pick<Column, "type" | "samples">): boolean {
  return one.type === other.type || (kindOf(one) === kindOf(other) && !isOwnType(one) && !isOwnType(other));
}
