/* Formats the values of a result for people, in the web page and on the command line. */
import type { QueryResult, Reader } from "./query.ts";

export type Columns = QueryResult["columns"];
export type Rows = QueryResult["rows"];
export type Value = Rows[number][number];

/** Numeric types of PostgreSQL, MySQL and MongoDB: `numeric(10,2)`, `int unsigned`, `long`. */
const numeric = /^(tiny|small|medium|big)?int\b|^(integer|numeric|decimal|real|double|float|long|money)\b|^int\d/i;
const time = /^(date|time|timestamp|datetime|year)\b/i;

export const isNumeric = ({ type }: { type: string }) => numeric.test(type);
export const isTime = ({ type }: { type: string }) => time.test(type);

/** Digits after the point that are shown; averages have twenty. */
const maxFraction = 4;

/** Formats a value for a table. {@link textOf} has all digits. */
export function shown(value: Exclude<Value, null>): string {
  if (typeof value === "number" || (typeof value === "string" && /^-?\d+\.\d+$/.test(value)))
    return rounded(String(value));
  if (typeof value === "string")
    return value
      .replace(/^(\d{4}-\d\d-\d\d)T00:00:00(\.0+)?Z?$/, "$1")
      .replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z?$/, "$1 $2");
  return textOf(value);
}

/** Rounds a decimal, unless it has more digits than a double holds. */
function rounded(number: string): string {
  const [, whole, fraction] = /^(-?\d+)\.(\d+)$/.exec(number) ?? [];
  if (whole === undefined || fraction === undefined || fraction.length <= maxFraction || whole.length > 15)
    return number;
  return String(Number(Number(number).toFixed(maxFraction)));
}

/** Formats a value in full. */
export function textOf(value: Value): string {
  return value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/** Converts a value to a number for a chart; undefined if it is not one. */
export function numberOf(value: Value): number | undefined {
  if (value === null || value === "" || (typeof value !== "number" && typeof value !== "string")) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Converts a column's name to words: `number_of_orders` becomes "number of orders". */
export const words = (name: string) => name.replaceAll("_", " ");

/** Suffix of a confidence that names the reader of a question, unless it was the engine alone. */
export const byWhom: Readonly<Record<Reader, string>> = {
  engine: "",
  sender: "",
  model: ", by the language model",
  both: ", by the engine and the language model",
};
