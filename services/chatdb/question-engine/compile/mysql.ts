import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { isOwnType, kindOf } from "../column-kind.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { readTime } from "../plan/time-literal.ts";
import type { Dialect, PartUnit, PeriodUnit } from "./dialect.ts";
import { writeSql, type Sql } from "./sql.ts";

/**
 * Writes a plan as a prepared statement for MySQL 8.0.31 or later, or MariaDB 10.5 or later, in a session whose time
 * zone is UTC. The columns' collations compare and sort text; they often ignore case.
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

/** The maximum number of rows, because MySQL allows an offset only with a limit. */
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
  /** Casts unsigned integers, because a negative difference of them is an error. */
  operand: (name, { type }) => (/\bunsigned\b/.test(type) ? `cast(${name} AS signed)` : name),
  /** Makes the division one of doubles, because integers give only four digits after the point. */
  quotient: (left, right) => `(${left} * 1e0 / nullif(${right}, 0))`,
  countDistinct: (values) => `count(DISTINCT ${values.join(", ")})`,
  /**
   * Puts NULL last, which a descending order does by itself. ONLY_FULL_GROUP_BY does not accept IS NULL on a computed
   * group key, so it takes the minimum of the group's equal keys.
   */
  order(value, direction, { nullable, grouped }) {
    if (direction === "desc") return `${value} DESC`;
    return nullable ? `${grouped ? `min(${value})` : value} IS NULL, ${value}` : value;
  },
  /** Writes limits into the statement, because drivers bind numbers as doubles, which a prepared LIMIT refuses. */
  limit: (limit, offset) =>
    limit === undefined && offset === undefined
      ? []
      : [`LIMIT ${limit ?? all}${offset === undefined ? "" : ` OFFSET ${offset}`}`],
};
