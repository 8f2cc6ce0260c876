import type { Parameter } from "@chatdb/contracts/query.ts";
import type { ColumnRef, Comparison, Expression, Join, Literal, QueryPlan, Related, Source } from "./plan.ts";

export interface Sql {
  sql: string;
  params: Parameter[];
}

/** Writes a plan as one SELECT for PostgreSQL. Names are quoted; whatever came from the question is a parameter. */
export function compile(plan: QueryPlan): Sql {
  const params: Parameter[] = [];
  const parameter = (value: Parameter) => `$${params.push(value)}`;
  const lines = [
    `SELECT ${plan.distinct ? "DISTINCT " : ""}${plan.select.map(({ value, as }) => selected(value, as)).join(", ")}`,
    `FROM ${source(plan.from)}`,
    ...plan.joins.map(joined),
    ...clause("WHERE", plan.where.map((condition) => (condition.kind === "related" ? related(condition, parameter) : compared(condition, parameter))), " AND "),
    ...clause("GROUP BY", plan.groupBy.map(column), ", "),
    ...clause("HAVING", plan.having.map(({ value, op, than }) => `${expression(value)} ${op} ${number(than, parameter)}`), " AND "),
    // Without a value there is nothing to rank by: such rows come last either way.
    ...clause("ORDER BY", plan.orderBy.map(({ value, direction }) => expression(value) + (direction === "desc" ? " DESC NULLS LAST" : "")), ", "),
    ...(plan.limit === undefined ? [] : [`LIMIT ${parameter(plan.limit)}`]),
  ];
  return { sql: lines.join("\n"), params };
}

type Bind = (value: Parameter) => string;

const clause = (keyword: string, parts: readonly string[], separator: string) => (parts.length > 0 ? [`${keyword} ${parts.join(separator)}`] : []);

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

const source = ({ as, schema, table }: Source) => `${quoted(schema)}.${quoted(table)}${as === table ? "" : ` AS ${quoted(as)}`}`;

const column = ({ source: from, column: name }: ColumnRef) => `${quoted(from)}.${quoted(name)}`;

const on = ({ as, on: pairs }: Join) => pairs.map(({ left, right }) => `${column({ source: as, column: right })} = ${column(left)}`).join(" AND ");

const joined = (join: Join) => `JOIN ${source(join)} ON ${on(join)}`;

const selected = (value: Expression, as: string) => expression(value) + (value.kind === "column" && value.column === as ? "" : ` AS ${quoted(as)}`);

function expression(value: Expression): string {
  if (value.kind === "column") return column(value);
  const { fn, of, distinct } = value;
  if (of.length === 0) return `${fn}(*)`;
  return `${fn}(${distinct ? "DISTINCT " : ""}${together(of)})`;
}

/** Several columns as one value. */
const together = (columns: readonly ColumnRef[]) => (columns.length === 1 ? column(columns[0]!) : `(${columns.map(column).join(", ")})`);

function compared(comparison: Comparison, bind: Bind): string {
  const name = column(comparison.column);
  switch (comparison.op) {
    case "missing":
      return `${name} IS NULL`;
    case "present":
      return `${name} IS NOT NULL`;
    case "contains":
      return `${name}::text ILIKE ${bind(`%${pattern(comparison.value)}%`)}`;
    case "starts with":
      return `${name}::text ILIKE ${bind(`${pattern(comparison.value)}%`)}`;
    case "ends with":
      return `${name}::text ILIKE ${bind(`%${pattern(comparison.value)}`)}`;
    case "one of":
    case "none of": {
      const values = comparison.values.map((value) => literal(value, comparison.ignoreCase, bind));
      return `${folded(name, comparison.ignoreCase)} ${comparison.op === "one of" ? "IN" : "NOT IN"} (${values.join(", ")})`;
    }
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return `${folded(name, comparison.ignoreCase)} ${comparison.op} ${literal(comparison.value, comparison.ignoreCase, bind)}`;
  }
}

const folded = (text: string, ignoreCase: boolean | undefined) => (ignoreCase ? `lower(${text}::text)` : text);

const literal = (value: Literal, ignoreCase: boolean | undefined, bind: Bind) => (typeof value === "number" ? number(value, bind) : ignoreCase ? `lower(${bind(value)})` : bind(value));

/** A fraction is no value of an integer column, yet it can be compared with one: as a numeric. */
const number = (value: number, bind: Bind) => (Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? bind(value) : `${bind(value)}::numeric`);

/** Text in which no character has a meaning for LIKE. */
const pattern = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");

function related({ joins, where, count }: Related, bind: Bind): string {
  const [first, ...rest] = joins;
  const conditions = [on(first!), ...where.map((comparison) => compared(comparison, bind))];
  const from = [`FROM ${source(first!)}`, ...rest.map(joined), `WHERE ${conditions.join(" AND ")}`].join(" ");
  if (count.op === ">=" && count.value === 1) return `EXISTS (SELECT ${from})`;
  if (count.op === "=" && count.value === 0) return `NOT EXISTS (SELECT ${from})`;
  const counted = count.distinct ? `DISTINCT ${together(count.distinct)}` : "*";
  return `(SELECT count(${counted}) ${from}) ${count.op} ${bind(count.value)}`;
}
