/**
 * The query plan: what a question means, between English and any query language. Every producer of plans emits this,
 * one validator checks it against a schema, one compiler per dialect turns it into a query.
 */
import { z } from "zod";

const name = z.string().min(1);

/** A column of a source of the plan. */
export const columnRef = z.object({ source: name, column: name });
export type ColumnRef = z.infer<typeof columnRef>;

/** A table under the name by which the rest of the plan calls it. */
export const source = z.object({ as: name, schema: z.string(), table: name });
export type Source = z.infer<typeof source>;

/** A source joined to one before it: `on[i].left` equals its column `on[i].right`. */
export const join = source.extend({ on: z.array(z.object({ left: columnRef, right: name })).min(1) });
export type Join = z.infer<typeof join>;

export const comparator = z.enum(["=", "<>", "<", "<=", ">", ">="]);
export type Comparator = z.infer<typeof comparator>;

export const literal = z.union([z.string(), z.number(), z.boolean()]);
export type Literal = z.infer<typeof literal>;

/** A condition on one column. `one of` and `none of` take a list, `missing` and `present` take nothing. */
export const comparison = z.discriminatedUnion("op", [
  z.object({ kind: z.literal("column"), column: columnRef, op: comparator, value: literal, ignoreCase: z.boolean().optional() }),
  z.object({ kind: z.literal("column"), column: columnRef, op: z.enum(["one of", "none of"]), values: z.array(literal).min(1), ignoreCase: z.boolean().optional() }),
  z.object({ kind: z.literal("column"), column: columnRef, op: z.enum(["contains", "starts with", "ends with"]), value: z.string() }),
  z.object({ kind: z.literal("column"), column: columnRef, op: z.enum(["missing", "present"]) }),
]);
export type Comparison = z.infer<typeof comparison>;

/**
 * A condition on how many rows of other tables belong to a row: `>= 1` means that there are some, `= 0` that there are
 * none. The first join hangs on a source of the outer query.
 */
export const related = z.object({
  kind: z.literal("related"),
  joins: z.array(join).min(1),
  where: z.array(comparison),
  /** `distinct` are columns that tell the counted rows apart, where joins repeat them. */
  count: z.object({ op: comparator, value: z.number().int().nonnegative(), distinct: z.array(columnRef).optional() }),
});
export type Related = z.infer<typeof related>;

export const aggregate = z.object({
  kind: z.literal("aggregate"),
  fn: z.enum(["count", "sum", "avg", "min", "max"]),
  /**
   * What is aggregated. `count` counts rows where it is empty; several columns are counted as one value. With
   * `distinct`, the key of a table stands for its rows, which joins may repeat.
   */
  of: z.array(columnRef),
  distinct: z.boolean().optional(),
});
export type Aggregate = z.infer<typeof aggregate>;

export const expression = z.discriminatedUnion("kind", [z.object({ kind: z.literal("column"), ...columnRef.shape }), aggregate]);
export type Expression = z.infer<typeof expression>;

export const queryPlan = z.object({
  from: source,
  joins: z.array(join),
  /** `as` is the name of the result's column. */
  select: z.array(z.object({ value: expression, as: name })).min(1),
  distinct: z.boolean(),
  where: z.array(z.union([comparison, related])),
  groupBy: z.array(columnRef),
  having: z.array(z.object({ value: aggregate, op: comparator, than: z.number() })),
  orderBy: z.array(z.object({ value: expression, direction: z.enum(["asc", "desc"]) })),
  limit: z.number().int().min(1).optional(),
});
export type QueryPlan = z.infer<typeof queryPlan>;
