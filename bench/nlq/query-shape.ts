import { sqlTokens } from "./sql-tokens.ts";

export const shapes = ["single table", "join", "group", "nested", "set operation"] as const;
export type Shape = (typeof shapes)[number];

/** Returns the most complex feature of a query, in the order of `shapes`. */
export function shapeOf(sql: string): Shape {
  const words = sqlTokens(sql)
    .filter(({ kind }) => kind === "word")
    .map(({ word }) => word);
  if (words.some((word) => word === "union" || word === "intersect" || word === "except")) return "set operation";
  if (words.filter((word) => word === "select").length > 1) return "nested";
  if (words.includes("group")) return "group";
  return words.includes("join") ? "join" : "single table";
}
