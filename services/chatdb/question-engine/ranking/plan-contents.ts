import type {
  Aggregate,
  Comparison,
  Condition,
  Expression,
  InnerQuery,
  Literal,
  QueryPlan,
  Source,
} from "../plan/plan.ts";

/** A column and its table by name. The table is undefined if it is the result of a query. */
export interface NamedColumn {
  table: string | undefined;
  column: string;
}

/** The contents of a plan, inner queries included. */
export class PlanContents {
  /** Tables in the order of occurrence: the one whose rows are shown comes first. */
  readonly tables: string[] = [];
  /** Columns of the plan itself, not of its conditions or inner queries. */
  readonly joined: string[] = [];
  readonly shown: NamedColumn[] = [];
  readonly conditions: NamedColumn[] = [];
  readonly groups: NamedColumn[] = [];
  readonly orders: NamedColumn[] = [];
  readonly values: (NamedColumn & { value: Literal })[] = [];
  /** Limits on the number of rows. */
  readonly counts: number[] = [];
  readonly functions = new Set<Aggregate["fn"]>();
  /** Conditions by their operator. */
  negations = 0;
  choices = 0;
  comparisons = 0;
  texts = 0;
  /** Whether any query picks rows by an order. */
  picks = false;

  constructor(plan: QueryPlan) {
    this.#query(plan, true);
  }

  #query(query: QueryPlan | InnerQuery, outer: boolean): void {
    const sources = new Map<string, string>();
    if ("query" in query.from) this.#query(query.from.query, false);
    else this.#source(query.from, sources, outer);
    for (const join of query.joins) this.#source(join, sources, outer);
    const columns = (expression: Expression) => this.#columns(expression, sources);
    for (const { value } of query.select) {
      const named = columns(value);
      if (outer) this.shown.push(...named);
    }
    this.groups.push(...query.groupBy.flatMap(columns));
    this.orders.push(...query.orderBy.flatMap(({ value }) => columns(value)));
    for (const { value, than } of query.having) {
      columns(value);
      this.counts.push(than);
    }
    this.picks ||= query.limit !== undefined && query.orderBy.length > 0;
    if (query.limit !== undefined) this.counts.push(query.limit);
    if (query.offset !== undefined) this.counts.push(query.offset + 1);
    for (const condition of query.where) this.#condition(condition, sources);
    for (const { op, query: other } of "combine" in query ? (query.combine ?? []) : []) {
      if (op === "except") this.negations++;
      if (op === "union") this.choices++;
      this.#query(other, false);
    }
  }

  #source({ as, table }: Source, sources: Map<string, string>, outer: boolean): void {
    sources.set(as, table);
    this.tables.push(table);
    if (outer) this.joined.push(table);
  }

  #columns(expression: Expression, sources: ReadonlyMap<string, string>): NamedColumn[] {
    const at = ({ source, column }: { source: string; column: string }) => ({ table: sources.get(source), column });
    switch (expression.kind) {
      case "column":
        return [at(expression)];
      case "aggregate":
        this.functions.add(expression.fn);
        return expression.of.flatMap((each) => this.#columns(each, sources));
      case "arithmetic":
        return [expression.left, expression.right].flatMap((each) => (typeof each === "number" ? [] : [at(each)]));
      case "part":
      case "period":
        return [at(expression.of)];
    }
  }

  #condition(condition: Condition, sources: ReadonlyMap<string, string>): void {
    const on = ({ source, column }: { source: string; column: string }) => {
      const named = { table: sources.get(source), column };
      this.conditions.push(named);
      return named;
    };
    switch (condition.kind) {
      case "column":
        this.#comparison(condition, on(condition.column));
        break;
      case "pair":
        on(condition.left);
        on(condition.right);
        this.comparisons++;
        break;
      case "related": {
        const inside = new Map(sources);
        for (const join of condition.joins) this.#source(join, inside, false);
        for (const each of condition.where) this.#condition(each, inside);
        const { op, value } = condition.count;
        if (op === "=" && value === 0) this.negations++;
        else if (op !== ">=" || value !== 1) this.counts.push(value);
        break;
      }
      case "either":
        this.choices++;
        for (const each of condition.of.flat()) this.#condition(each, sources);
        break;
      case "measured":
        on(condition.column);
        this.#query(condition.query, false);
        break;
      case "member":
        if (condition.op === "not in") this.negations++;
        this.#query(condition.query, false);
    }
  }

  #comparison(comparison: Comparison, on: NamedColumn): void {
    const { op } = comparison;
    const values = "values" in comparison ? comparison.values : "value" in comparison ? [comparison.value] : [];
    this.values.push(...values.map((value) => ({ ...on, value })));
    if (["<>", "none of", "lacks", "missing"].includes(op)) this.negations++;
    if (op === "one of") this.choices++;
    if (["<", ">", "<=", ">="].includes(op)) this.comparisons++;
    if (["contains", "starts with", "ends with", "lacks"].includes(op)) this.texts++;
  }
}
