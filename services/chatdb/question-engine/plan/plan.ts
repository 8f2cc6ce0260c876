/**
 * The query plan: what a question means, between English and any query language. Every producer of plans emits this,
 * one validator checks it against a schema, one compiler per dialect turns it into a query. A plan nests once: the
 * queries inside of it have none inside of them.
 *
 * It means the same in every database. Times are in UTC, written as ISO 8601: days (`2024-05-31`) or instants. A missing
 * value meets no condition but `missing`, not even `<>`, `none of`, `lacks` or `not in`. Text is compared and sorted as the
 * database does it (its collation), unless case is to be ignored.
 */
import { z } from "zod";

const name = z.string().min(1);

/** A column of a source of the plan. */
export const columnRef = z.object({ source: name, column: name });
export type ColumnRef = z.infer<typeof columnRef>;

/** A table under the name by which the rest of the plan calls it. */
export const source = z.object({ as: name, schema: z.string(), table: name });
export type Source = z.infer<typeof source>;

/** A source joined to one before it: `on[i].left` equals its column `on[i].right`. With `optional`, rows without a match stay, with nulls. */
export const join = source.extend({
  on: z.array(z.object({ left: columnRef, right: name })).min(1),
  optional: z.boolean().optional(),
});
export type Join = z.infer<typeof join>;

export const comparator = z.enum(["=", "<>", "<", "<=", ">", ">="]);
export type Comparator = z.infer<typeof comparator>;
/** What holds of a value where the comparison does not. */
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

/** A value of one row. */
export const scalar = z.discriminatedUnion("kind", [
  columnValue,
  /** A number that a date or time has in it: the year, the quarter (1 to 4), the month (1 to 12), the day of the month, of the week (1 is Monday), or the hour. */
  z.object({
    kind: z.literal("part"),
    unit: z.enum(["year", "quarter", "month", "day", "weekday", "hour"]),
    of: columnRef,
  }),
  /** The stretch of time that a date or time lies in, as text that sorts: `2024-Q2`, `2024-05`, `2024-W07` (ISO 8601), `2024-05-31`. */
  z.object({ kind: z.literal("period"), unit: z.enum(["quarter", "month", "week", "day"]), of: columnRef }),
  /** Fractions are kept. Missing where an operand is, or the divisor is 0. */
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
   * What is aggregated; missing values are not. `count` counts rows where it is empty; several values are counted as one,
   * where none of them is missing. With `distinct`, the key of a table stands for its rows, which joins may repeat.
   */
  of: z.array(scalar),
  distinct: z.boolean().optional(),
});
export type Aggregate = z.infer<typeof aggregate>;

export const expression = z.discriminatedUnion("kind", [...scalar.options, aggregate]);
export type Expression = z.infer<typeof expression>;

/** A condition on one column. `one of` and `none of` take a list, `missing` and `present` take nothing; those on parts of a text ignore case. */
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

/** Two columns of a row compared with each other. */
export const pair = z.object({ kind: z.literal("pair"), left: columnRef, op: comparator, right: columnRef });
export type Pair = z.infer<typeof pair>;

/**
 * A condition on how many rows of other tables belong to a row: `>= 1` means that there are some, `= 0` that there are
 * none. The first join hangs on a source of the outer query, the others and the conditions on these joins alone; none
 * of them is optional.
 */
export const related = z.object({
  kind: z.literal("related"),
  joins: z.array(join).min(1),
  where: z.array(comparison),
  /** How they compare with the row that they belong to: `inner` is a column of theirs, `outer` one of its. */
  against: z.array(z.object({ inner: columnRef, op: comparator, outer: columnRef })).optional(),
  /** `distinct` are columns that tell the counted rows apart, where joins repeat them. */
  count: z.object({ op: comparator, value: z.number().int().nonnegative(), distinct: z.array(columnRef).optional() }),
});
export type Related = z.infer<typeof related>;

const simple = z.union([comparison, pair, related]);

/** One of several sets of conditions holds, all of a set. */
export const either = z.object({ kind: z.literal("either"), of: z.array(z.array(simple).min(1)).min(2) });
export type Either = z.infer<typeof either>;

export const flatCondition = z.union([comparison, pair, related, either]);
export type FlatCondition = z.infer<typeof flatCondition>;

const clauses = {
  joins: z.array(join),
  /** `as` is the name of the result's column. */
  select: z.array(z.object({ value: expression, as: name })).min(1),
  distinct: z.boolean(),
  groupBy: z.array(scalar),
  having: z.array(z.object({ value: aggregate, op: comparator, than: z.number() })),
  /** Missing values come last, either way. */
  orderBy: z.array(z.object({ value: expression, direction: z.enum(["asc", "desc"]) })),
  limit: z.number().int().min(1).optional(),
  /** Rows to pass over before the first: 1 for "the second largest". */
  offset: z.number().int().min(1).optional(),
};

/** A query inside of another one: it stands for itself and knows nothing of the outer one. */
export const innerQuery = z.object({ from: source, ...clauses, where: z.array(flatCondition) });
export type InnerQuery = z.infer<typeof innerQuery>;

/** A column compared with the one value of a query, an aggregate or the first row: "above the average". A query without rows fits nothing. */
export const measured = z.object({ kind: z.literal("measured"), column: columnRef, op: comparator, query: innerQuery });
export type Measured = z.infer<typeof measured>;

/** A column whose value is, or is not, among those of a query with one column. Values that are missing are in no list and out of none. */
export const member = z.object({
  kind: z.literal("member"),
  column: columnRef,
  op: z.enum(["in", "not in"]),
  query: innerQuery,
});
export type Member = z.infer<typeof member>;

export const condition = z.union([comparison, pair, related, either, measured, member]);
export type Condition = z.infer<typeof condition>;

/** The rows of a query as a source: its columns are what it selects. */
export const derived = z.object({ as: name, query: innerQuery });
export type Derived = z.infer<typeof derived>;

export const queryPlan = z.object({
  from: z.union([source, derived]),
  ...clauses,
  where: z.array(condition),
  /**
   * Rows of further queries with as many columns, added (`union`), kept (`intersect`) or taken away (`except`), each row
   * once. Order and limit are those of the outcome, and order by selected values.
   */
  combine: z.array(z.object({ op: z.enum(["union", "intersect", "except"]), query: innerQuery })).optional(),
});
export type QueryPlan = z.infer<typeof queryPlan>;

/** A reference to a column as an expression. */
export const asColumn = (ref: ColumnRef) => ({ kind: "column" as const, ...ref });

/** Whether an expression is this column. */
export const isColumn = (one: Expression, other: ColumnRef) =>
  one.kind === "column" && one.source === other.source && one.column === other.column;
