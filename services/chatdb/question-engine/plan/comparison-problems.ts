import { kindOf } from "../column-kind.ts";
import type { Comparison, Literal } from "./plan.ts";
import type { Typed } from "./scope.ts";
import { readTime } from "./time-literal.ts";

const operators = {
  number: ["=", "<>", "<", "<=", ">", ">=", "one of", "none of"],
  time: ["=", "<>", "<", "<=", ">", ">=", "one of", "none of"],
  text: ["=", "<>", "<", "<=", ">", ">=", "one of", "none of", "contains", "starts with", "ends with", "lacks"],
  boolean: ["=", "<>"],
  other: ["=", "<>", "one of", "none of"],
};

/** Types whose text values must have one format. */
const shapes: [type: string, shape: RegExp][] = [
  ["uuid", /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i],
  ["objectId", /^[\da-f]{24}$/i],
];

/** Lists the reasons why a column cannot be compared this way; empty if it can. */
export function comparisonProblems(comparison: Comparison, column: Typed & { name: string }): string[] {
  const values = "values" in comparison ? comparison.values : "value" in comparison ? [comparison.value] : undefined;
  if (!values) return [];
  const kind = kindOf(column);
  const problems = values.flatMap((value) => literalProblems(value, column));
  if (!operators[kind].includes(comparison.op))
    problems.push(`${column.name} is ${column.type} and cannot be compared by "${comparison.op}"`);
  return problems;
}

function literalProblems(value: Literal, column: Typed & { name: string }): string[] {
  const kind = kindOf(column);
  const expected = { number: "number", boolean: "boolean", text: "string", time: "string", other: "string" }[kind];
  const cannot = `${column.name} is ${column.type} and cannot be compared with ${JSON.stringify(value)}`;
  if (typeof value !== expected) return [cannot];
  if (typeof value !== "string") return [];
  if (kind === "time" && !readTime(value))
    return [`${cannot}: a day is written 2024-05-31, an instant 2024-05-31T10:30:00Z`];
  const shape = shapes.find(([type]) => column.type === type)?.[1];
  if (shape && !shape.test(value)) return [cannot];
  return value.includes("\0") ? [`${cannot}: no text has a NUL character`] : [];
}
