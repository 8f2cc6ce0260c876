/**
 * Writes MongoDB's aggregation expressions. Times are in UTC, MongoDB's default. The operators are those that MongoDB 5
 * and compatible servers share. https://www.mongodb.com/docs/manual/reference/operator/aggregation/
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

/** Tests that a value is present, since missing and null sort before every other value. */
export const isPresent = (value: Json): Json => ({ $gt: [value, null] });

export const whenPresent = (values: readonly Json[], then: Json, otherwise: Json): Json => ({
  $cond: [values.length === 1 ? isPresent(values[0]!) : { $and: values.map(isPresent) }, then, otherwise],
});

/** Replaces a missing value by null, because group keys distinguish them. */
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
  // A week belongs to the year of its Thursday (ISO 8601).
  week: (time) => formatted({ $add: [time, { $multiply: [{ $subtract: [4, weekday(time)] }, dayMs] }] }, "%Y-W%V"),
  day: (time) => formatted(time, "%Y-%m-%d"),
};

/** Computes a value that is missing if an operand is missing or the divisor is 0. */
export function arithmetic(op: "+" | "-" | "*" | "/", left: Json, right: Json): Json {
  if (op === "/") return { $cond: [{ $eq: [right, 0] }, null, { $divide: [left, right] }] };
  return { [{ "+": "$add", "-": "$subtract", "*": "$multiply" }[op]]: [left, right] };
}
