/**
 * Expressions of MongoDB's aggregation. Times are read in UTC, which is what MongoDB does unless told otherwise. Only such
 * operators are used as MongoDB 5 and servers that speak its protocol have in common.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/
 */
import type { z } from "zod";
import type { Comparator } from "../../plan/plan.ts";
import type { PartUnit, PeriodUnit } from "../dialect.ts";

export type Json = z.core.util.JSONType;

/** A stage of a pipeline: `{ $match: ... }`. */
export type Stage = Record<string, Json>;

export const operators: Record<Comparator, string> = {
  "=": "$eq",
  "<>": "$ne",
  "<": "$lt",
  "<=": "$lte",
  ">": "$gt",
  ">=": "$gte",
};

/** Whether a value is there: in MongoDB's order of all values, nothing and null come before any other. */
export const isPresent = (value: Json): Json => ({ $gt: [value, null] });

export const whenPresent = (values: readonly Json[], then: Json, otherwise: Json): Json => ({
  $cond: [values.length === 1 ? isPresent(values[0]!) : { $and: values.map(isPresent) }, then, otherwise],
});

/** The value, or null where a document has none: the two are not the same to a group's key. */
export const orNull = (value: Json): Json => ({ $ifNull: [value, null] });

const formatted = (time: Json, format: string): Json => ({ $dateToString: { date: time, format } });

const weekday = (time: Json): Json => ({ $toInt: formatted(time, "%u") });

const quarter = (time: Json): Json => ({ $toInt: { $ceil: { $divide: [{ $month: time }, 3] } } });

const dayMs = 24 * 60 * 60 * 1000;

export const parts: Record<PartUnit, (time: Json) => Json> = {
  year: (time) => ({ $year: time }),
  quarter,
  month: (time) => ({ $month: time }),
  day: (time) => ({ $dayOfMonth: time }),
  weekday,
  hour: (time) => ({ $hour: time }),
};

export const periods: Record<PeriodUnit, (time: Json) => Json> = {
  quarter: (time) => ({ $concat: [formatted(time, "%Y-Q"), { $toString: quarter(time) }] }),
  month: (time) => formatted(time, "%Y-%m"),
  // A week belongs to the year that its Thursday lies in (ISO 8601).
  week: (time) => formatted({ $add: [time, { $multiply: [{ $subtract: [4, weekday(time)] }, dayMs] }] }, "%Y-W%V"),
  day: (time) => formatted(time, "%Y-%m-%d"),
};

/** Missing where an operand is, or the divisor is 0. */
export function arithmetic(op: "+" | "-" | "*" | "/", left: Json, right: Json): Json {
  if (op === "/") return { $cond: [{ $eq: [right, 0] }, null, { $divide: [left, right] }] };
  return { [{ "+": "$add", "-": "$subtract", "*": "$multiply" }[op]]: [left, right] };
}
