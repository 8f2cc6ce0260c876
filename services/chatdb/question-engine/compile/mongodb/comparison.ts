/**
 * Writes conditions for `$match`, which never interprets a text as an operator or path; `$literal` does the same in
 * expressions.
 */
import { kindOf } from "../../column-kind.ts";
import type { Comparator, Comparison, Literal } from "../../plan/plan.ts";
import type { Typed } from "../../plan/scope.ts";
import { readTime } from "../../plan/time-literal.ts";
import { isPresent, operators, type Json } from "./expressions.ts";

export type Test = Record<string, Json>;

export const allOf = (tests: readonly Test[]): Test => (tests.length === 1 ? tests[0]! : { $and: [...tests] });

export const anyOf = (tests: readonly Test[]): Test => (tests.length === 1 ? tests[0]! : { $or: [...tests] });

/** Compares a field with a value. `$ne` alone would accept a document without the field. */
export function compared(path: string, op: Comparator, value: Literal, type: Typed): Test {
  const literal = literalOf(value, type);
  return { [path]: op === "<>" ? { $nin: [literal, null] } : { [operators[op]]: literal } };
}

export function comparisonTest(comparison: Comparison, path: string, column: Typed): Test {
  const literal = (value: Literal) => literalOf(value, column);
  switch (comparison.op) {
    case "missing":
      return { [path]: { $eq: null } };
    case "present":
      return { [path]: { $ne: null } };
    case "contains":
      return { [path]: pattern(escaped(comparison.value)) };
    case "lacks":
      return { [path]: { $not: pattern(escaped(comparison.value)), $ne: null } };
    case "starts with":
      return { [path]: pattern(`\\A${escaped(comparison.value)}`) };
    case "ends with":
      return { [path]: pattern(`${escaped(comparison.value)}\\z`) };
    case "one of":
      return comparison.ignoreCase
        ? anyOf(comparison.values.map((value) => ({ [path]: whole(value) })))
        : { [path]: { $in: comparison.values.map(literal) } };
    case "none of":
      return comparison.ignoreCase
        ? allOf(comparison.values.map((value) => ({ [path]: { $not: whole(value), $ne: null } })))
        : { [path]: { $nin: [...comparison.values.map(literal), null] } };
    case "=":
    case "<>":
      if (!comparison.ignoreCase) return compared(path, comparison.op, comparison.value, column);
      return { [path]: comparison.op === "=" ? whole(comparison.value) : { $not: whole(comparison.value), $ne: null } };
    case "<":
    case "<=":
    case ">":
    case ">=":
      if (!comparison.ignoreCase) return compared(path, comparison.op, comparison.value, column);
      return {
        $expr: {
          $and: [
            isPresent(`$${path}`),
            { [operators[comparison.op]]: [{ $toLower: `$${path}` }, { $toLower: { $literal: comparison.value } }] },
          ],
        },
      };
  }
}

/**
 * Writes a literal of the column's type, because a decimal equals a double only if both are exactly the same. MongoDB
 * Extended JSON: https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
 */
function literalOf(value: Literal, column: Typed): Json {
  if (typeof value === "number") return column.type.startsWith("decimal") ? { $numberDecimal: String(value) } : value;
  if (typeof value !== "string") return value;
  if (column.type.startsWith("objectId")) return { $oid: value };
  const time = kindOf(column) === "time" ? readTime(value) : undefined;
  if (!time) return value;
  return { $date: "day" in time ? `${time.day}T00:00:00Z` : time.instant.toISOString() };
}

const pattern = (regex: string): Json => ({ $regularExpression: { pattern: regex, options: "i" } });

const whole = (value: Literal) => pattern(`\\A${escaped(String(value))}\\z`);

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
