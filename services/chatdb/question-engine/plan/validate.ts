import { isDeepStrictEqual } from "node:util";
import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { areComparable, kindOf } from "../column-kind.ts";
import { comparisonProblems } from "./comparison-problems.ts";
import type {
  Aggregate,
  ColumnRef,
  Condition,
  Derived,
  Expression,
  InnerQuery,
  Join,
  QueryPlan,
  Related,
  Scalar,
  Source,
} from "./plan.ts";
import { columnsIn, isAggregated, Scope, type Typed } from "./scope.ts";

/**
 * Checks a plan for everything that the schema's database could refuse.
 * @returns the problems, empty if the plan is valid
 */
export function problemsOf(plan: QueryPlan, schema: DatabaseSchema): string[] {
  const validator = new Validator(schema);
  validator.plan(plan);
  return [...new Set(validator.problems)];
}

type Query = Omit<QueryPlan, "combine">;

class Validator {
  readonly problems: string[] = [];
  readonly #schema: DatabaseSchema;

  constructor(schema: DatabaseSchema) {
    this.#schema = schema;
  }

  plan({ combine = [], ...plan }: QueryPlan): void {
    const scope = this.#query(plan);
    const types = typesOf(plan, scope);
    for (const { op, query } of combine) {
      const others = typesOf(query, this.#query(query));
      this.#checkSameTypes(types, others, `the queries of ${op}`);
      this.#checkEquality(query, others);
    }
    if (combine.length === 0) return;
    // An aggregate without groups needs $facet, which MongoDB does not allow inside another one.
    const single = "query" in plan.from && isAggregated(plan.from.query) && plan.from.query.groupBy.length === 0;
    if (single && this.#schema.dialect === "mongodb")
      this.problems.push("rows of one aggregate cannot be combined with others in MongoDB");
    this.#checkEquality(plan, types);
    this.#checkReferableNames(plan);
    this.#checkOrderIsSelected(plan, "an order of combined rows");
  }

  #query(query: Query): Scope {
    if ("query" in query.from) {
      this.#query(query.from.query);
      this.#checkReferableNames(query.from.query);
    }
    const scope = query.joins.reduce(
      (inside, join) => this.#join(join, inside),
      this.#source(query.from, Scope.empty(this.#schema)),
    );
    for (const condition of query.where) this.#condition(condition, scope);
    for (const value of query.groupBy) this.#scalar(value, scope);
    for (const { value } of [...query.select, ...query.orderBy]) this.#expression(value, query, scope);
    for (const { value } of query.having) {
      this.#aggregate(value, scope);
      this.#number(value, scope, "a condition on groups");
    }
    if (query.distinct) {
      this.#checkEquality(query, typesOf(query, scope));
      if (query.orderBy.some(({ value }) => value.kind !== "column")) this.#checkReferableNames(query);
      this.#checkOrderIsSelected(query, "an order of distinct rows");
    }
    this.#checkUniqueNames(query);
    return scope;
  }

  #source(source: Source | Join | Derived, scope: Scope): Scope {
    if (
      "table" in source &&
      !this.#schema.tables.some(({ schema, name }) => schema === source.schema && name === source.table)
    ) {
      const tables = this.#schema.tables.map(({ schema, name }) => `${schema}.${name}`);
      this.problems.push(`there is no table ${source.schema}.${source.table}; there are ${listNames(tables)}`);
    }
    if (scope.has(source.as)) this.problems.push(`${source.as} stands for two sources`);
    return scope.with(source);
  }

  /** @param before the sources that the join may refer to */
  #join(join: Join, scope: Scope, before = scope): Scope {
    const inside = this.#source(join, scope);
    for (const { left, right } of join.on) {
      this.#checkComparable(
        this.#column(left, before),
        this.#column({ source: join.as, column: right }, inside),
        `${nameOf(left)} and ${join.as}.${right}`,
      );
    }
    return inside;
  }

  #condition(condition: Condition, scope: Scope): void {
    switch (condition.kind) {
      case "column": {
        const column = this.#column(condition.column, scope);
        if (column) this.problems.push(...comparisonProblems(condition, column));
        return;
      }
      case "pair":
        return this.#checkComparable(
          this.#column(condition.left, scope),
          this.#column(condition.right, scope),
          `${nameOf(condition.left)} and ${nameOf(condition.right)}`,
        );
      case "related":
        return this.#related(condition, scope);
      case "either":
        for (const inner of condition.of.flat()) this.#condition(inner, scope);
        return;
      case "measured":
        if (!isSingle(condition.query))
          this.problems.push(
            `${nameOf(condition.column)} is compared with a query that may have several rows: aggregate it without groups, or limit it to 1`,
          );
        return this.#checkSubquery(condition.column, condition.query, scope);
      case "member":
        return this.#checkSubquery(condition.column, condition.query, scope);
    }
  }

  #checkSubquery(column: ColumnRef, query: InnerQuery, scope: Scope): void {
    const types = typesOf(query, this.#query(query));
    this.#checkReferableNames(query);
    if (query.select.length !== 1)
      this.problems.push(`${nameOf(column)} is compared with a query of ${query.select.length} columns: select one`);
    else this.#checkComparable(this.#column(column, scope), types[0], `${nameOf(column)} and ${query.select[0]!.as}`);
  }

  /** Checks that only the first join refers to the outer query. */
  #related({ joins, where, against = [], count }: Related, outer: Scope): void {
    if (joins.some(({ optional }) => optional)) this.problems.push("the joins of related rows cannot be optional");
    for (const { as } of joins.filter((join) => outer.has(join.as))) this.problems.push(`${as} stands for two sources`);
    const inside = joins.reduce(
      (scope, join, index) => this.#join(join, scope, index === 0 ? outer : scope),
      Scope.empty(this.#schema),
    );
    for (const comparison of where) this.#condition(comparison, inside);
    for (const { inner, outer: own } of against)
      this.#checkComparable(
        this.#column(inner, inside),
        this.#column(own, outer),
        `${nameOf(inner)} and ${nameOf(own)}`,
      );
    for (const ref of count.distinct ?? []) this.#column(ref, inside);
  }

  #expression(value: Expression, query: Query, scope: Scope): void {
    if (value.kind === "aggregate") return this.#aggregate(value, scope);
    this.#scalar(value, scope);
    if (!isAggregated(query) || isGrouped(value, query.groupBy)) return;
    const names = columnsIn(value).map(nameOf).join(", ");
    this.problems.push(`${names} is neither grouped by nor aggregated`);
  }

  #scalar(value: Scalar, scope: Scope): void {
    const columns = columnsIn(value).map((ref) => this.#column(ref, scope));
    const expected = { column: undefined, part: "time", period: "time", arithmetic: "number" } as const;
    const kind = expected[value.kind];
    if (value.kind === "arithmetic" && columns.length === 0) this.problems.push("arithmetic takes a column");
    for (const column of columns) {
      if (kind && column && kindOf(column) !== kind)
        this.problems.push(`${value.kind} takes a ${kind}, and ${column.name} is ${column.type}`);
    }
  }

  #aggregate(value: Aggregate, scope: Scope): void {
    const { fn, of } = value;
    for (const each of of) this.#scalar(each, scope);
    if (fn === "count") return;
    if (of.length !== 1) this.problems.push(`${fn} takes one value`);
    if (fn === "sum" || fn === "avg") return of.forEach((each) => this.#number(each, scope, fn));
    for (const type of of.map((each) => scope.typeOf(each))) {
      if (type && ["boolean", "other"].includes(kindOf(type)))
        this.problems.push(`${fn} takes a number, a text or a time, not ${type.type}`);
    }
  }

  #number(value: Expression, scope: Scope, what: string): void {
    const type = scope.typeOf(value);
    if (type && kindOf(type) !== "number")
      this.problems.push(`${what} takes a number, not ${columnsIn(value).map(nameOf).join(", ")}`);
  }

  #column(ref: ColumnRef, scope: Scope): (Typed & { name: string }) | undefined {
    const column = scope.find(ref);
    if (!column) this.problems.push(`there is no column ${nameOf(ref)}; ${availableNames(ref.source, scope)}`);
    return column;
  }

  #checkComparable(one: Typed | undefined, other: Typed | undefined, what: string): void {
    if (one && other && !areComparable(one, other))
      this.problems.push(`${what} cannot be compared: they are ${one.type} and ${other.type}`);
  }

  #checkSameTypes(types: readonly (Typed | undefined)[], others: readonly (Typed | undefined)[], what: string): void {
    if (types.length !== others.length) this.problems.push(`${what} have ${types.length} and ${others.length} columns`);
    else types.forEach((type, index) => this.#checkComparable(type, others[index], `column ${index + 1} of ${what}`));
  }

  /** Reports types without equality in PostgreSQL, because distinct rows are compared by their values. */
  #checkEquality({ select }: Query, types: readonly (Typed | undefined)[]): void {
    types.forEach((type, index) => {
      if (type && /^(json|xml|point|polygon|box)$/.test(type.type))
        this.problems.push(`rows cannot be told apart by ${select[index]!.as}: it is ${type.type}`);
    });
  }

  #checkOrderIsSelected({ select, orderBy }: Query, what: string): void {
    if (!orderBy.every(({ value }) => select.some((each) => isDeepStrictEqual(each.value, value))))
      this.problems.push(`${what} is by what is selected`);
  }

  /** Reports result names that some database treats as equal: in case, or beyond the 63 bytes that PostgreSQL keeps. */
  #checkUniqueNames({ select }: Query): void {
    const names = new Set(select.map(({ as }) => Buffer.from(as.toLowerCase().trim()).subarray(0, 63).toString()));
    if (names.size < select.length)
      this.problems.push(`two columns of the result have the same name: ${select.map(({ as }) => as).join(", ")}`);
  }

  /**
   * Reports names with outer spaces that another part of the statement refers to, because MySQL drops leading spaces.
   */
  #checkReferableNames({ select }: Query): void {
    for (const { as } of select.filter((each) => each.as !== each.as.trim()))
      this.problems.push(`the name ${JSON.stringify(as)} begins or ends with a space`);
  }
}

const nameOf = ({ source, column }: ColumnRef) => `${source}.${column}`;

/** Lists the names that exist, so that a person or a language model can correct the plan. */
function availableNames(source: string, scope: Scope): string {
  const [of, names] = scope.has(source) ? [source, scope.columns(source)] : ["the query here", scope.sources];
  return `${of} has ${names.length > 0 ? listNames(names) : "nothing"}`;
}

const listNames = (names: readonly string[]) => names.slice(0, 40).join(", ") + (names.length > 40 ? ", ..." : "");

const typesOf = ({ select }: Query, scope: Scope) => select.map(({ value }) => scope.typeOf(value));

const isSingle = (query: InnerQuery) => query.limit === 1 || (isAggregated(query) && query.groupBy.length === 0);

/** Tells whether a value is constant within a group: grouped by, or computed from columns that are. */
function isGrouped(value: Scalar, groupBy: readonly Scalar[]): boolean {
  const grouped = (each: Scalar) => groupBy.some((group) => isDeepStrictEqual(group, each));
  return (
    grouped(value) ||
    columnsIn(value).every((ref) => grouped({ kind: "column", source: ref.source, column: ref.column }))
  );
}
