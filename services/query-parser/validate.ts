import type { Column, DatabaseSchema } from "@chatdb/contracts/query.ts";
import { kindOf } from "./column-kind.ts";
import type { Aggregate, ColumnRef, Comparison, Expression, Join, QueryPlan, Source } from "./plan.ts";

type Columns = ReadonlyMap<string, Column>;

/** Checks a plan against the schema that it is for: everything that a database could refuse. @returns the problems, none when it is sound */
export function problemsOf(plan: QueryPlan, schema: DatabaseSchema): string[] {
  const validator = new Validator(schema);
  validator.check(plan);
  return validator.problems;
}

class Validator {
  readonly problems: string[] = [];
  readonly #schema: DatabaseSchema;

  constructor(schema: DatabaseSchema) {
    this.#schema = schema;
  }

  check(plan: QueryPlan): void {
    const scope = new Map<string, Columns>();
    this.#source(plan.from, scope);
    for (const join of plan.joins) this.#join(join, scope);
    for (const condition of plan.where) {
      if (condition.kind === "column") {
        this.#comparison(condition, scope);
        continue;
      }
      const inner = new Map(scope);
      for (const join of condition.joins) this.#join(join, inner);
      for (const comparison of condition.where) this.#comparison(comparison, inner);
      for (const ref of condition.count.distinct ?? []) this.#column(ref, inner);
    }
    for (const ref of plan.groupBy) this.#column(ref, scope);
    for (const { value } of [...plan.select, ...plan.orderBy, ...plan.having]) this.#expression(value, plan, scope);
    const names = plan.select.map(({ as }) => as);
    if (new Set(names).size < names.length) this.problems.push(`two columns of the result have the same name: ${names.join(", ")}`);
  }

  #source({ as, schema, table: name }: Source, scope: Map<string, Columns>): void {
    const table = this.#schema.tables.find((each) => each.schema === schema && each.name === name);
    if (!table) this.problems.push(`there is no table ${schema}.${name}`);
    if (scope.has(as)) this.problems.push(`${as} stands for two sources`);
    scope.set(as, new Map(table?.columns.map((column) => [column.name, column])));
  }

  #join(join: Join, scope: Map<string, Columns>): void {
    for (const { left } of join.on) this.#column(left, scope);
    this.#source(join, scope);
    for (const { right } of join.on) this.#column({ source: join.as, column: right }, scope);
  }

  #column({ source, column: name }: ColumnRef, scope: ReadonlyMap<string, Columns>): Column | undefined {
    const column = scope.get(source)?.get(name);
    if (!column) this.problems.push(`there is no column ${source}.${name}`);
    return column;
  }

  #comparison(comparison: Comparison, scope: ReadonlyMap<string, Columns>): void {
    const column = this.#column(comparison.column, scope);
    if (!column) return;
    const values = "values" in comparison ? comparison.values : "value" in comparison ? [comparison.value] : [];
    const kind = kindOf(column);
    const expected = { number: "number", boolean: "boolean", text: "string", time: "string", other: "string" }[kind];
    for (const value of values) {
      if (typeof value !== expected) this.problems.push(`${column.name} is ${column.type} and cannot be compared with ${JSON.stringify(value)}`);
    }
    const matches = ["contains", "starts with", "ends with"].includes(comparison.op);
    if (matches && kind !== "text") this.problems.push(`${column.name} is ${column.type}, not text`);
  }

  #expression(value: Expression, plan: QueryPlan, scope: ReadonlyMap<string, Columns>): void {
    if (value.kind === "aggregate") return this.#aggregate(value, scope);
    this.#column(value, scope);
    const grouped = plan.groupBy.some((each) => each.source === value.source && each.column === value.column);
    const aggregated = plan.groupBy.length > 0 || plan.select.some((each) => each.value.kind === "aggregate");
    if (aggregated && !grouped) this.problems.push(`${value.source}.${value.column} is neither grouped by nor aggregated`);
  }

  #aggregate({ fn, of }: Aggregate, scope: ReadonlyMap<string, Columns>): void {
    const columns = of.map((ref) => this.#column(ref, scope));
    if (fn !== "count" && columns.length !== 1) this.problems.push(`${fn} takes one column`);
    for (const column of columns) {
      if (column && (fn === "sum" || fn === "avg") && kindOf(column) !== "number") this.problems.push(`${fn} takes a number, not ${column.name}`);
    }
  }
}
