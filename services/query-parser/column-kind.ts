import type { Column } from "@chatdb/contracts/query.ts";

export type ColumnKind = "number" | "text" | "time" | "boolean" | "other";

const kinds: [ColumnKind, RegExp][] = [
  ["number", /^(smallint|integer|bigint|numeric|real|double precision)\b/],
  ["text", /^(text|citext|character|name)\b|^"char"$/],
  ["time", /^(date|timestamp)\b/],
  ["boolean", /^boolean\b/],
];

/** What can be done with a column's values. An enum has labels and counts as text. */
export function kindOf({ type, samples }: Column): ColumnKind {
  if (type.endsWith("[]")) return "other";
  return kinds.find(([, pattern]) => pattern.test(type))?.[0] ?? (samples ? "text" : "other");
}
