import type { Column, DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { ColumnRef, Derived, Expression, InnerQuery, Join, QueryPlan, Scalar, Source } from "./plan.ts";

/** The columns of a source by name. */
export type Columns = ReadonlyMap<string, Column>;

/** The type of a value: a column of the database, or one like it. */
export type Typed = Pick<Column, "type" | "nullable" | "samples">;

/** The columns that a query can refer to, by source. */
export class Scope {
  readonly #schema: DatabaseSchema;
  readonly #sources = new Map<string, Columns>();

  private constructor(schema: DatabaseSchema, sources: Iterable<[string, Columns]> = []) {
    this.#schema = schema;
    this.#sources = new Map(sources);
  }

  /**
   * Builds the scope of a query. If two sources have the same name, the last one counts; a source without a table has
   * no columns.
   */
  static of({ from, joins }: Pick<QueryPlan | InnerQuery, "from" | "joins">, schema: DatabaseSchema): Scope {
    const start = Scope.empty(schema).with(from);
    return start.within(joins);
  }

  static empty(schema: DatabaseSchema): Scope {
    return new Scope(schema);
  }

  /** Returns this scope extended by the sources of further joins. */
  within(joins: readonly Join[]): Scope {
    return joins.reduce((scope: Scope, join) => scope.with(join), this);
  }

  with(source: Source | Join | Derived): Scope {
    const optional = "optional" in source && source.optional === true;
    const columns = "query" in source ? columnsOf(source.query, this.#schema) : this.#tableColumns(source);
    const named = columns.map((column) => [column.name, optional ? { ...column, nullable: true } : column] as const);
    return new Scope(this.#schema, [...this.#sources, [source.as, new Map(named)]]);
  }

  has(source: string): boolean {
    return this.#sources.has(source);
  }

  get sources(): string[] {
    return [...this.#sources.keys()];
  }

  /** Lists the names of a source's columns. */
  columns(source: string): string[] {
    return [...(this.#sources.get(source)?.keys() ?? [])];
  }

  find({ source, column }: ColumnRef): Column | undefined {
    return this.#sources.get(source)?.get(column);
  }

  /** Returns the type of a value, or undefined if it refers to something unknown. */
  typeOf(value: Expression): Typed | undefined {
    switch (value.kind) {
      case "column":
        return this.find(value);
      case "part":
        return { type: "integer", nullable: this.#nullable(value) };
      case "period":
        return { type: "text", nullable: this.#nullable(value) };
      case "arithmetic":
        return { type: this.#decimalOf(value) ?? "numeric", nullable: value.op === "/" || this.#nullable(value) };
      case "aggregate": {
        const [of] = value.of;
        if (value.fn === "count") return { type: "bigint", nullable: false };
        if (value.fn === "sum" || value.fn === "avg")
          return { type: this.#decimalOf(value) ?? "numeric", nullable: true };
        const typed = of && this.typeOf(of);
        return typed && { ...typed, nullable: true };
      }
    }
  }

  #nullable(value: Scalar): boolean {
    return columnsIn(value).some((ref) => this.find(ref)?.nullable !== false);
  }

  /** Finds a decimal type among the operands, which the result then has too. */
  #decimalOf(value: Expression): string | undefined {
    return columnsIn(value)
      .map((ref) => this.find(ref)?.type)
      .find((type) => type?.startsWith("decimal"));
  }

  #tableColumns({ schema, table }: Source): readonly Column[] {
    const columns = this.#schema.tables.find((each) => each.schema === schema && each.name === table)?.columns ?? [];
    return this.#schema.dialect === "mongodb" ? columns.filter(({ name }) => isFieldPath(name)) : columns;
  }
}

/**
 * MongoDB cannot address fields with other names: https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/
 */
const isFieldPath = (name: string) => name.split(".").every((part) => /^[^$\0][^\0]*$/.test(part));

/** Returns the columns of a query's result. */
export function columnsOf(query: InnerQuery, schema: DatabaseSchema): Column[] {
  const scope = Scope.of(query, schema);
  return query.select.flatMap(({ value, as }) => {
    const typed = scope.typeOf(value);
    return typed
      ? [{ type: typed.type, nullable: typed.nullable, ...(typed.samples ? { samples: typed.samples } : {}), name: as }]
      : [];
  });
}

/** Lists the columns that a value depends on. */
export function columnsIn(value: Expression): ColumnRef[] {
  switch (value.kind) {
    case "column":
      return [value];
    case "part":
    case "period":
      return [value.of];
    case "arithmetic":
      return [value.left, value.right].filter((operand) => typeof operand !== "number");
    case "aggregate":
      return value.of.flatMap(columnsIn);
  }
}

/** Tells whether a query aggregates its rows, into groups or into one. */
export function isAggregated({
  select,
  groupBy,
  having,
  orderBy,
}: Pick<QueryPlan, "select" | "groupBy" | "having" | "orderBy">): boolean {
  return (
    groupBy.length > 0 || having.length > 0 || [...select, ...orderBy].some(({ value }) => value.kind === "aggregate")
  );
}

/**
 * Returns the column that a query lists unchanged from its first table, row by row; undefined if it does anything else.
 */
export function listedColumn(query: InnerQuery): ColumnRef | undefined {
  const { from, select, limit, offset } = query;
  const [{ value }] = select as [InnerQuery["select"][number]];
  const isPlain = !isAggregated(query) && limit === undefined && offset === undefined;
  return isPlain && "table" in from && value.kind === "column" && value.source === from.as ? value : undefined;
}
