/* How the values of a result are read by people, in the web page and on the command line. */
import type { QueryResult, Reader } from "./query.ts";

export type Columns = QueryResult["columns"];
export type Rows = QueryResult["rows"];
export type Value = Rows[number][number];

/** Of PostgreSQL, MySQL and MongoDB: `numeric(10,2)`, `int unsigned`, `long`. */
const numeric = /^(tiny|small|medium|big)?int\b|^(integer|numeric|decimal|real|double|float|long|money)\b|^int\d/i;
const time = /^(date|time|timestamp|datetime|year)\b/i;

export const isNumeric = ({ type }: { type: string }) => numeric.test(type);
export const isTime = ({ type }: { type: string }) => time.test(type);

/** Digits after the point that are worth reading; averages have twenty. */
const maxFraction = 4;

/** A value as it is read in a table. The whole of it is in {@link textOf}. */
export function shown(value: Exclude<Value, null>): string {
  if (typeof value === "number" || (typeof value === "string" && /^-?\d+\.\d+$/.test(value)))
    return rounded(String(value));
  if (typeof value === "string")
    return value
      .replace(/^(\d{4}-\d\d-\d\d)T00:00:00(\.0+)?Z?$/, "$1")
      .replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z?$/, "$1 $2");
  return textOf(value);
}

/** Never by way of a double: a decimal may have more digits than one holds. */
function rounded(number: string): string {
  const [, whole, fraction] = /^(-?\d+)\.(\d+)$/.exec(number) ?? [];
  if (whole === undefined || fraction === undefined || fraction.length <= maxFraction || whole.length > 15)
    return number;
  return String(Number(Number(number).toFixed(maxFraction)));
}

/** A value with all that it has. */
export function textOf(value: Value): string {
  return value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/** A number for a drawing, or undefined where there is none. */
export function numberOf(value: Value): number | undefined {
  if (value === null || value === "" || (typeof value !== "number" && typeof value !== "string")) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A column's name as words: `number_of_orders` is "number of orders". */
export const words = (name: string) => name.replaceAll("_", " ");

/** What is said of who read a question, after how sure that is, where it was not the engine alone. */
export const byWhom: Readonly<Record<Reader, string>> = {
  engine: "",
  sender: "",
  model: ", by the language model",
  both: ", by the engine and the language model",
};
