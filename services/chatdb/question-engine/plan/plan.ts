/**
 * The query plan represents a question independently of any query language. Every producer emits plans, one validator
 * checks them against a schema, and one compiler per dialect turns them into queries. Plans nest once: inner queries
 * contain no further queries.
 *
 * A plan means the same in every database. Times are in UTC, written as ISO 8601: days (`2024-05-31`) or instants. A
 * missing value meets no condition except `missing`, not even `<>`, `none of`, `lacks` or `not in`. The database's
 * collation decides how text is compared and sorted, unless a condition ignores case.
 */
import { z } from "zod";

const name = z.string().min(1);

/** A reference to a column of one of the plan's sources. */
export const columnRef = z.object({ source: name, column: name });
export type ColumnRef = z.infer<typeof columnRef>;

/** A table with its alias in the plan. */
export const source = z.object({ as: name, schema: z.string(), table: name });
export type Source = z.infer<typeof source>;

/**
 * A source joined to an earlier one: `on[i].left` equals its column `on[i].right`. With `optional`, rows without a
 * match stay, with nulls.
 */
export const join = source.extend({
  on: z.array(z.object({ left: columnRef, right: name })).min(1),
  optional: z.boolean().optional(),
});
export type Join = z.infer<typeof join>;

export const comparator = z.enum(["=", "<>", "<", "<=", ">", ">="]);
export type Comparator = z.infer<typeof comparator>;
/** The comparator that is true exactly when the other is false. */
export const oppositeComparators = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
} as const satisfies Record<Comparator, Comparator>;

export const literal = z.union([z.string(), z.number(), z.boolean()]);
export type Literal = z.infer<typeof literal>;

const columnValue = z.object({ kind: z.literal("column"), ...columnRef.shape });

/** A value computed from one row. */
export const scalar = z.discriminatedUnion("kind", [
  columnValue,
  /**
   * A number extracted from a date or time: the year, the quarter (1 to 4), the month (1 to 12), the day of the month,
   * the day of the week (1 is Monday), or the hour.
   */
  z.object({
    kind: z.literal("part"),
    unit: z.enum(["year", "quarter", "month", "day", "weekday", "hour"]),
    of: columnRef,
  }),
  /**
   * The period that contains a date or time, as text that sorts: `2024-Q2`, `2024-05`, `2024-W07` (ISO 8601),
   * `2024-05-31`.
   */
  z.object({ kind: z.literal("period"), unit: z.enum(["quarter", "month", "week", "day"]), of: columnRef }),
  /** Division keeps fractions. The result is missing if an operand is missing or the divisor is 0. */
  z.object({
    kind: z.literal("arithmetic"),
    op: z.enum(["+", "-", "*", "/"]),
    left: z.union([columnRef, z.number()]),
    right: z.union([columnRef, z.number()]),
  }),
]);
export type Scalar = z.infer<typeof scalar>;

export const aggregate = z.object({
  kind: z.literal("aggregate"),
  fn: z.enum(["count", "sum", "avg", "min", "max"]),
  /**
   * The aggregated values; aggregates ignore missing ones. An empty list makes `count` count rows; several values count
   * as one, if none of them is missing. With `distinct`, a table's key counts each of its rows once even if joins
   * repeat them.
   */
  of: z.array(scalar),
  distinct: z.boolean().optional(),
});
export type Aggregate = z.infer<typeof aggregate>;

export const expression = z.discriminatedUnion("kind", [...scalar.options, aggregate]);
export type Expression = z.infer<typeof expression>;

/**
 * A condition on one column. `one of` and `none of` take a list, `missing` and `present` take nothing; conditions on
 * parts of a text ignore case.
 */
export const comparison = z.discriminatedUnion("op", [
  z.object({
    kind: z.literal("column"),
    column: columnRef,
    op: comparator,
    value: literal,
    ignoreCase: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal("column"),
    column: columnRef,
    op: z.enum(["one of", "none of"]),
    values: z.array(literal).min(1),
    ignoreCase: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal("column"),
    column: columnRef,
    op: z.enum(["contains", "starts with", "ends with", "lacks"]),
    value: z.string(),
  }),
  z.object({ kind: z.literal("column"), column: columnRef, op: z.enum(["missing", "present"]) }),
]);
export type Comparison = z.infer<typeof comparison>;

/** A comparison of two columns of a row. */
export const pair = z.object({ kind: z.literal("pair"), left: columnRef, op: comparator, right: columnRef });
export type Pair = z.infer<typeof pair>;

/**
 * A condition on the number of related rows in other tables: `>= 1` means that there are some, `= 0` that there are
 * none. The first join refers to a source of the outer query, the others and the conditions refer to these joins alone;
 * no join is optional.
 */
export const related = z.object({
  kind: z.literal("related"),
  joins: z.array(join).min(1),
  where: z.array(comparison),
  /** Comparisons of a column of the related rows (`inner`) with a column of the outer row (`outer`). */
  against: z.array(z.object({ inner: columnRef, op: comparator, outer: columnRef })).optional(),
  /** `distinct` lists the columns that identify a counted row, for joins that repeat rows. */
  count: z.object({ op: comparator, value: z.number().int().nonnegative(), distinct: z.array(columnRef).optional() }),
});
export type Related = z.infer<typeof related>;

const simple = z.union([comparison, pair, related]);

/** A disjunction: at least one set of conditions holds as a whole. */
export const either = z.object({ kind: z.literal("either"), of: z.array(z.array(simple).min(1)).min(2) });
export type Either = z.infer<typeof either>;

export const flatCondition = z.union([comparison, pair, related, either]);
export type FlatCondition = z.infer<typeof flatCondition>;

const clauses = {
  joins: z.array(join),
  /** `as` names the result's column. */
  select: z.array(z.object({ value: expression, as: name })).min(1),
  distinct: z.boolean(),
  groupBy: z.array(scalar),
  having: z.array(z.object({ value: aggregate, op: comparator, than: z.number() })),
  /** Missing values come last in both directions. */
  orderBy: z.array(z.object({ value: expression, direction: z.enum(["asc", "desc"]) })),
  limit: z.number().int().min(1).optional(),
  /** The number of rows to skip: 1 for "the second largest". */
  offset: z.number().int().min(1).optional(),
};

/** A query inside another one; it cannot refer to the outer query. */
export const innerQuery = z.object({ from: source, ...clauses, where: z.array(flatCondition) });
export type InnerQuery = z.infer<typeof innerQuery>;

/**
 * A comparison of a column with the single value of a query, an aggregate or the first row: "above the average". It is
 * false if the query returns no row.
 */
export const measured = z.object({ kind: z.literal("measured"), column: columnRef, op: comparator, query: innerQuery });
export type Measured = z.infer<typeof measured>;

/**
 * A condition that a column's value is, or is not, in the result of a query with one column. It is false for a missing
 * value either way.
 */
export const member = z.object({
  kind: z.literal("member"),
  column: columnRef,
  op: z.enum(["in", "not in"]),
  query: innerQuery,
});
export type Member = z.infer<typeof member>;

export const condition = z.union([comparison, pair, related, either, measured, member]);
export type Condition = z.infer<typeof condition>;

/** A query as a source; its selected values are the source's columns. */
export const derived = z.object({ as: name, query: innerQuery });
export type Derived = z.infer<typeof derived>;

export const queryPlan = z.object({
  from: z.union([source, derived]),
  ...clauses,
  where: z.array(condition),
  /**
   * Set operations with queries of as many columns: `union`, `intersect` or `except`, each without duplicates. Order
   * and limit apply to the combined rows, ordered by selected values.
   */
  combine: z.array(z.object({ op: z.enum(["union", "intersect", "except"]), query: innerQuery })).optional(),
});
export type QueryPlan = z.infer<typeof queryPlan>;

/** Turns a column reference into an expression. */
export const asColumn = (ref: ColumnRef) => ({ kind: "column" as const, ...ref });

/** Tells whether an expression is this column. */
export const isColumn = (one: Expression, other: ColumnRef) =>
  one.kind === "column" && one.source === other.source && one.column === other.column;
