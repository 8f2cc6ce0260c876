import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { isOwnType, kindOf } from "../column-kind.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { readTime } from "../plan/time-literal.ts";
import type { Dialect, PartUnit, PeriodUnit } from "./dialect.ts";
import { writeSql, type Sql } from "./sql.ts";

/**
 * Writes a plan for MySQL 8.0.31 or later, or MariaDB 10.5 or later: as a prepared statement, in a session whose time zone
 * is UTC. Text is compared and sorted by the collations of its columns, which often ignore case.
 */
export function compile(plan: QueryPlan, schema: DatabaseSchema): Sql {
  return writeSql(plan, schema, mysql);
}

const parts: Record<PartUnit, (time: string) => string> = {
  year: (time) => `year(${time})`,
  quarter: (time) => `quarter(${time})`,
  month: (time) => `month(${time})`,
  day: (time) => `dayofmonth(${time})`,
  weekday: (time) => `(weekday(${time}) + 1)`,
  hour: (time) => `hour(${time})`,
};

/** https://dev.mysql.com/doc/refman/8.0/en/date-and-time-functions.html#function_date-format */
const periods: Record<PeriodUnit, (time: string) => string> = {
  quarter: (time) => `concat(date_format(${time}, '%Y-Q'), quarter(${time}))`,
  month: (time) => `date_format(${time}, '%Y-%m')`,
  week: (time) => `date_format(${time}, '%x-W%v')`,
  day: (time) => `date_format(${time}, '%Y-%m-%d')`,
};

/** As many rows as there can be: an offset takes a limit. */
const all = "18446744073709551615";

const mysql: Dialect = {
  quote: (name) => `\`${name.replaceAll("`", "``")}\``,
  placeholder: () => "?",
  number: (value, bind) => bind(value),
  literal(value, column, bind) {
    const time = typeof value === "string" && kindOf(column) === "time" ? readTime(value) : undefined;
    return time && "instant" in time
      ? `cast(${bind(time.instant.toISOString().slice(0, -1).replace("T", " "))} AS datetime(3))`
      : bind(value);
  },
  compared: (name, column) => (isOwnType(column) ? `cast(${name} AS char)` : name),
  folded: (name) => `lower(${name})`,
  like: (name, pattern, negated) => `lower(${name}) ${negated ? "NOT " : ""}LIKE lower(${pattern}) ESCAPE '!'`,
  part: (unit, time) => parts[unit](time),
  period: (unit, time) => periods[unit](time),
  /** Of unsigned integers, a difference below 0 is an error. */
  operand: (name, { type }) => (/\bunsigned\b/.test(type) ? `cast(${name} AS signed)` : name),
  /** Of integers, a quotient has four digits after the point; of a double it has all. */
  quotient: (left, right) => `(${left} * 1e0 / nullif(${right}, 0))`,
  countDistinct: (values) => `count(DISTINCT ${values.join(", ")})`,
  /**
   * Missing values come last of themselves where the order descends. Whether a computed key of a group is missing, MySQL
   * tells for sure of an aggregate alone (ONLY_FULL_GROUP_BY): of the least of the group's equal keys.
   */
  order(value, direction, { nullable, grouped }) {
    if (direction === "desc") return `${value} DESC`;
    return nullable ? `${grouped ? `min(${value})` : value} IS NULL, ${value}` : value;
  },
  /** A prepared statement takes drivers' numbers, which are doubles, for no limit. */
  limit: (limit, offset) =>
    limit === undefined && offset === undefined
      ? []
      : [`LIMIT ${limit ?? all}${offset === undefined ? "" : ` OFFSET ${offset}`}`],
};
