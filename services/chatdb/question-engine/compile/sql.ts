/**
 * Writes a plan as one SELECT, shared by the SQL dialects. Names are quoted, values from the question are parameters.
 */
import type { DatabaseSchema, Parameter } from "@chatdb/contracts/query.ts";
import { isDeepStrictEqual } from "node:util";
import type {
  Aggregate,
  ColumnRef,
  Comparison,
  Condition,
  Derived,
  Expression,
  InnerQuery,
  Join,
  Literal,
  Member,
  QueryPlan,
  Related,
  Scalar,
  Source,
} from "../plan/plan.ts";
import { listedColumn, Scope, type Typed } from "../plan/scope.ts";
import type { Bind, Dialect } from "./dialect.ts";

export interface Sql {
  sql: string;
  params: Parameter[];
}

/** Writes a plan in a SQL dialect. @param plan a valid plan */
export function writeSql(plan: QueryPlan, schema: DatabaseSchema, dialect: Dialect): Sql {
  const writer = new Writer(schema, dialect);
  return { sql: writer.plan(plan), params: writer.params };
}

type Query = Omit<QueryPlan, "combine">;
const unordered = { orderBy: [], limit: undefined, offset: undefined };

const clause = (keyword: string, parts: readonly string[], separator: string) =>
  parts.length > 0 ? [`${keyword} ${parts.join(separator)}`] : [];

class Writer {
  readonly params: Parameter[] = [];
  readonly #schema: DatabaseSchema;
  readonly #dialect: Dialect;
  readonly #bind: Bind = (value) => this.#dialect.placeholder(this.params.push(value));

  constructor(schema: DatabaseSchema, dialect: Dialect) {
    this.#schema = schema;
    this.#dialect = dialect;
  }

  plan({ combine = [], ...plan }: QueryPlan): string {
    if (combine.length > 0) {
      const first = `(${this.#query({ ...plan, ...unordered })})`;
      const combined = combine.reduce(
        (rows, { op, query }, index) =>
          `${index > 0 ? `(${rows})` : rows}\n${op.toUpperCase()}\n(${this.#query(query)})`,
        first,
      );
      return this.#orderedAndLimited(combined, plan);
    }
    // Some databases accept only plain columns in the order of distinct rows, so computed ones are sorted outside.
    const computed = plan.distinct && plan.orderBy.some(({ value }) => value.kind !== "column");
    return computed ? this.#orderedAndLimited(this.#query({ ...plan, ...unordered }), plan) : this.#query(plan);
  }

  /** Orders and limits rows that an inner SELECT returns. */
  #orderedAndLimited(rows: string, { select, orderBy, limit, offset }: Query): string {
    const terms = orderBy.map(({ value, direction }) => {
      const { as } = select.find((each) => isDeepStrictEqual(each.value, value))!;
      return this.#dialect.order(this.#column({ source: "outcome", column: as }), direction, {
        nullable: true,
        grouped: false,
      });
    });
    if (terms.length === 0 && limit === undefined && offset === undefined) return rows;
    return [
      `SELECT *\nFROM (${rows}) AS ${this.#dialect.quote("outcome")}`,
      ...clause("ORDER BY", terms, ", "),
      ...this.#dialect.limit(limit, offset, this.#bind),
    ].join("\n");
  }

  /** @param conditions additional conditions on the rows */
  #query(query: Query, conditions: readonly string[] = []): string {
    const scope = Scope.of(query, this.#schema);
    return [
      `SELECT ${query.distinct ? "DISTINCT " : ""}${query.select.map(({ value, as }) => this.#selected(value, as, scope)).join(", ")}`,
      `FROM ${this.#source(query.from)}`,
      ...query.joins.map((join) => this.#joined(join)),
      ...clause(
        "WHERE",
        [...conditions, ...query.where.map((condition) => this.#condition(condition, scope))],
        " AND ",
      ),
      ...clause(
        "GROUP BY",
        query.groupBy.map((value) => this.#scalar(value, scope)),
        ", ",
      ),
      ...clause(
        "HAVING",
        query.having.map(
          ({ value, op, than }) => `${this.#aggregate(value, scope)} ${op} ${this.#dialect.number(than, this.#bind)}`,
        ),
        " AND ",
      ),
      ...clause(
        "ORDER BY",
        query.orderBy.map(({ value, direction }) =>
          this.#dialect.order(this.#expression(value, scope), direction, ordered(value, query, scope)),
        ),
        ", ",
      ),
      ...this.#dialect.limit(query.limit, query.offset, this.#bind),
    ].join("\n");
  }

  #source(source: Source | Derived): string {
    if ("query" in source) return `(${this.#query(source.query)}) AS ${this.#dialect.quote(source.as)}`;
    const { as, schema, table } = source;
    const name =
      schema === "" ? this.#dialect.quote(table) : `${this.#dialect.quote(schema)}.${this.#dialect.quote(table)}`;
    return as === table ? name : `${name} AS ${this.#dialect.quote(as)}`;
  }

  #joined(join: Join): string {
    return `${join.optional ? "LEFT " : ""}JOIN ${this.#source(join)} ON ${this.#on(join)}`;
  }

  #on({ as, on }: Join): string {
    return on
      .map(({ left, right }) => `${this.#column({ source: as, column: right })} = ${this.#column(left)}`)
      .join(" AND ");
  }

  #column({ source, column }: ColumnRef): string {
    return `${this.#dialect.quote(source)}.${this.#dialect.quote(column)}`;
  }

  #selected(value: Expression, as: string, scope: Scope): string {
    return (
      this.#expression(value, scope) +
      (value.kind === "column" && value.column === as ? "" : ` AS ${this.#dialect.quote(as)}`)
    );
  }

  #expression(value: Expression, scope: Scope): string {
    return value.kind === "aggregate" ? this.#aggregate(value, scope) : this.#scalar(value, scope);
  }

  #scalar(value: Scalar, scope: Scope): string {
    switch (value.kind) {
      case "column":
        return this.#column(value);
      case "part":
        return this.#dialect.part(value.unit, this.#column(value.of));
      case "period":
        return this.#dialect.period(value.unit, this.#column(value.of));
      case "arithmetic": {
        const [left, right] = [value.left, value.right].map((operand) =>
          // Numbers are written inline, because two parameters are never the same expression, which a group key needs.
          typeof operand === "number"
            ? String(operand)
            : this.#dialect.operand(this.#column(operand), scope.find(operand)!),
        ) as [string, string];
        return value.op === "/" ? this.#dialect.quotient(left, right) : `(${left} ${value.op} ${right})`;
      }
    }
  }

  #aggregate({ fn, of, distinct }: Aggregate, scope: Scope): string {
    const values = of.map((value) => this.#scalar(value, scope));
    if (values.length > 1)
      return distinct
        ? this.#dialect.countDistinct(values)
        : `count(CASE WHEN ${values.map((value) => `${value} IS NOT NULL`).join(" AND ")} THEN 1 END)`;
    return `${fn}(${distinct && values.length > 0 ? "DISTINCT " : ""}${values[0] ?? "*"})`;
  }

  #condition(condition: Condition, scope: Scope): string {
    switch (condition.kind) {
      case "column":
        return this.#comparison(condition, scope);
      case "pair":
        return `${this.#column(condition.left)} ${condition.op} ${this.#column(condition.right)}`;
      case "related":
        return this.#related(condition, scope);
      case "either":
        return `(${condition.of.map((each) => each.map((inner) => this.#condition(inner, scope)).join(" AND ")).join(" OR ")})`;
      case "measured":
        return `${this.#column(condition.column)} ${condition.op} (${this.#query(condition.query)})`;
      case "member":
        return this.#member(condition, scope);
    }
  }

  #comparison(comparison: Comparison, scope: Scope): string {
    const name = this.#column(comparison.column);
    const column = scope.find(comparison.column)!;
    const value = (literal: Literal) =>
      "ignoreCase" in comparison && comparison.ignoreCase
        ? `lower(${this.#bind(literal)})`
        : this.#literal(literal, column);
    const compared = () =>
      "ignoreCase" in comparison && comparison.ignoreCase
        ? this.#dialect.folded(name)
        : this.#dialect.compared(name, column);
    switch (comparison.op) {
      case "missing":
        return `${name} IS NULL`;
      case "present":
        return `${name} IS NOT NULL`;
      case "contains":
      case "lacks":
        return this.#dialect.like(name, this.#bind(`%${escaped(comparison.value)}%`), comparison.op === "lacks");
      case "starts with":
        return this.#dialect.like(name, this.#bind(`${escaped(comparison.value)}%`), false);
      case "ends with":
        return this.#dialect.like(name, this.#bind(`%${escaped(comparison.value)}`), false);
      case "one of":
      case "none of":
        return `${compared()} ${comparison.op === "one of" ? "IN" : "NOT IN"} (${comparison.values.map(value).join(", ")})`;
      case "=":
      case "<>":
      case "<":
      case "<=":
      case ">":
      case ">=":
        return `${compared()} ${comparison.op} ${value(comparison.value)}`;
    }
  }

  #literal(value: Literal, column: Typed): string {
    return typeof value === "number"
      ? this.#dialect.number(value, this.#bind)
      : this.#dialect.literal(value, column, this.#bind);
  }

  #related({ joins, where, against = [], count }: Related, scope: Scope): string {
    const [first, ...rest] = joins;
    const inside = scope.within(joins);
    const from = [`FROM ${this.#source(first!)}`, ...rest.map((join) => this.#joined(join))].join(" ");
    const conditions = [
      this.#on(first!),
      ...where.map((each) => this.#comparison(each, inside)),
      ...against.map(({ inner, op, outer }) => `${this.#column(inner)} ${op} ${this.#column(outer)}`),
    ];
    const rows = (selected: string) => `(SELECT ${selected} ${from} WHERE ${conditions.join(" AND ")})`;
    const of = (count.distinct ?? []).map((ref) => ({ kind: "column" as const, ...ref }));
    // Only without NULL does EXISTS equal a positive count, because COUNT ignores NULL.
    const countsEveryRow = of.every((value) => inside.typeOf(value)?.nullable === false);
    if (countsEveryRow && count.op === ">=" && count.value === 1) return `EXISTS ${rows("1")}`;
    if (countsEveryRow && count.op === "=" && count.value === 0) return `NOT EXISTS ${rows("1")}`;
    return `${rows(this.#aggregate({ kind: "aggregate", fn: "count", of, distinct: true }, inside))} ${count.op} ${this.#bind(count.value)}`;
  }

  /**
   * Excludes NULL on both sides: with a NULL in the list, NOT IN is never true, and a NULL value must meet neither
   * condition.
   */
  #member({ column: ref, op, query }: Member, scope: Scope): string {
    const name = this.#column(ref);
    if (op === "in") return `${name} IN (${this.#list(query, false)})`;
    const condition = this.#notExists(name, ref.source, query) ?? `${name} NOT IN (${this.#list(query, true)})`;
    return scope.find(ref)?.nullable === false ? condition : `(${name} IS NOT NULL AND ${condition})`;
  }

  /** Writes NOT EXISTS, which can use an index; NOT IN over a subquery cannot. */
  #notExists(name: string, source: string, query: InnerQuery): string | undefined {
    const listed = listedColumn(query);
    if (!listed || [query.from, ...query.joins].some(({ as }) => as === source)) return undefined;
    return `NOT EXISTS (${this.#query({ ...query, distinct: false, orderBy: [] }, [`${this.#column(listed)} = ${name}`])})`;
  }

  #list(query: InnerQuery, withoutNull: boolean): string {
    const [{ value, as }] = query.select as [InnerQuery["select"][number]];
    const rows = this.#query(query);
    const hasNoNull = !withoutNull || Scope.of(query, this.#schema).typeOf(value)?.nullable === false;
    // MySQL accepts a limit in a list only inside a derived table.
    if (hasNoNull && query.limit === undefined && query.offset === undefined) return rows;
    const listed = this.#column({ source: "list", column: as });
    return `SELECT ${listed} FROM (${rows}) AS ${this.#dialect.quote("list")}${hasNoNull ? "" : ` WHERE ${listed} IS NOT NULL`}`;
  }
}

const ordered = (value: Expression, { groupBy }: Query, scope: Scope) => ({
  nullable: scope.typeOf(value)?.nullable !== false,
  grouped: value.kind !== "column" && groupBy.some((each) => isDeepStrictEqual(each, value)),
});

/** Escapes the wildcards of LIKE with `!`. */
const escaped = (text: string) => text.replaceAll(/[!%_]/g, "!$&");
