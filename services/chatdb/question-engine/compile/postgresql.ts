import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { isOwnType, kindOf } from "../column-kind.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { readTime } from "../plan/time-literal.ts";
import type { Dialect, PeriodUnit } from "./dialect.ts";
import { writeSql, type Sql } from "./sql.ts";

/**
 * Writes a plan for PostgreSQL, to run in a session whose time zone is UTC. The database's collations compare and sort
 * text.
 */
export function compile(plan: QueryPlan, schema: DatabaseSchema): Sql {
  return writeSql(plan, schema, postgresql);
}

/** https://www.postgresql.org/docs/current/functions-formatting.html */
const formats: Record<PeriodUnit, string> = {
  quarter: 'YYYY-"Q"Q',
  month: "YYYY-MM",
  week: 'IYYY-"W"IW',
  day: "YYYY-MM-DD",
};

const postgresql: Dialect = {
  /** https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  placeholder: (number) => `$${number}`,
  /** Casts fractions and large numbers, because a parameter takes the type of the column that it is compared with. */
  number: (value, bind) =>
    Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? bind(value) : `${bind(value)}::numeric`,
  literal(value, column, bind) {
    const time = typeof value === "string" && kindOf(column) === "time" ? readTime(value) : undefined;
    return time && "instant" in time ? `${bind(time.instant.toISOString())}::timestamptz` : bind(value);
  },
  /** Compares as text, because a literal that is no label of an enum or no network address would be an error. */
  compared: (name, column) => (isOwnType(column) && column.type !== "uuid" ? `${name}::text` : name),
  folded: (name) => `lower(${name}::text)`,
  like: (name, pattern, negated) => `${name}::text ${negated ? "NOT " : ""}ILIKE ${pattern} ESCAPE '!'`,
  part: (unit, time) => `extract(${unit === "weekday" ? "isodow" : unit} FROM ${time}::timestamp)::integer`,
  period: (unit, time) => `to_char(${time}, '${formats[unit]}')`,
  operand: (name, { type }) => (/^(smallint|integer)\b/.test(type) ? `${name}::bigint` : name),
  quotient: (left, right) => `(${left} * 1.0 / nullif(${right}, 0))`,
  countDistinct(values) {
    const row = `(${values.join(", ")})`;
    return `count(DISTINCT ${row}) FILTER (WHERE ${row} IS NOT NULL)`;
  },
  /**
   * Puts NULL last, which an ascending order does by itself. Columns without NULL keep the plain form, so that an index
   * can serve a descending order.
   */
  order: (value, direction, { nullable }) =>
    direction === "asc" ? value : `${value} DESC${nullable ? " NULLS LAST" : ""}`,
  limit: (limit, offset, bind) => [
    ...(limit === undefined ? [] : [`LIMIT ${bind(limit)}`]),
    ...(offset === undefined ? [] : [`OFFSET ${bind(offset)}`]),
  ],
};
