import { isDeepStrictEqual } from "node:util";
import type { Aggregate, QueryPlan, Scalar } from "../../plan/plan.ts";
import { orNull, whenPresent, type Json, type Stage } from "./expressions.ts";
import type { Frame } from "./document-frame.ts";

type Query = Omit<QueryPlan, "combine">;

/** Groups documents; each group becomes one document with its keys and aggregates. */
export function group(query: Query, frame: Frame): { stages: Stage[]; frame: Frame } {
  const keys = query.groupBy.map((value, index) => ({ value, path: `k${index}` }));
  const aggregates = aggregatesOf(query).map((value, index) => ({ value, path: `a${index}` }));
  const accumulators = Object.fromEntries(
    aggregates.flatMap(({ value, path }) => Object.entries(accumulate(value, path, frame))),
  );
  const id =
    keys.length === 0 ? null : Object.fromEntries(keys.map(({ value, path }) => [path, orNull(frame.value(value))]));
  const grouped: Stage = { $group: { _id: id, ...accumulators } };
  // Without keys, $facet gives a result even for no documents, whose count is 0.
  const stages: Stage[] =
    keys.length > 0
      ? [grouped]
      : [{ $facet: { all: [grouped] } }, { $unwind: { path: "$all", preserveNullAndEmptyArrays: true } }];
  const prefix = keys.length > 0 ? "$" : "$all.";
  const result: Stage = {
    _id: 0,
    ...Object.fromEntries(keys.map(({ path }) => [path, `$_id.${path}`])),
    ...Object.fromEntries(aggregates.map(({ value, path }) => [path, finished(value, prefix + path)])),
  };
  return { stages: [...stages, { $project: result }], frame: frame.computed([...keys, ...aggregates]) };
}

function aggregatesOf({ select, having, orderBy }: Query): Aggregate[] {
  const aggregates = [...select, ...having, ...orderBy].flatMap(({ value }) =>
    value.kind === "aggregate" ? [value] : [],
  );
  return aggregates.filter((value, index) => aggregates.findIndex((each) => isDeepStrictEqual(each, value)) === index);
}

/** Writes the accumulators of an aggregate. */
function accumulate({ fn, of, distinct }: Aggregate, path: string, frame: Frame): Record<string, Json> {
  const values = of.map((value) => frame.value(value));
  const [first = null] = values;
  if (distinct && values.length > 0 && fn !== "min" && fn !== "max") {
    const together: Json =
      values.length === 1 ? first : Object.fromEntries(values.map((value, index) => [`v${index}`, value]));
    return { [path]: { $addToSet: whenPresent(values, together, null) } };
  }
  switch (fn) {
    case "count":
      return { [path]: { $sum: values.length === 0 ? 1 : whenPresent(values, 1, 0) } };
    case "sum":
      return { [path]: { $sum: first }, [`${path}_count`]: { $sum: whenPresent([first], 1, 0) } };
    case "avg":
    case "min":
    case "max":
      return { [path]: { [`$${fn}`]: first } };
  }
}

/** Computes the aggregate from its accumulators. The sum of no values is missing, as in SQL, not 0. */
function finished({ fn, of, distinct }: Aggregate, collected: string): Json {
  if (distinct && of.length > 0 && fn !== "min" && fn !== "max") {
    const set: Json = { $setDifference: [{ $ifNull: [collected, []] }, [null]] };
    return fn === "count" ? { $size: set } : { $cond: [{ $eq: [{ $size: set }, 0] }, null, { [`$${fn}`]: set }] };
  }
  if (fn === "count") return { $ifNull: [collected, 0] };
  return fn === "sum" ? { $cond: [{ $gt: [`${collected}_count`, 0] }, collected, null] } : orNull(collected);
}

/** Writes the stages that keep one document for each distinct combination of values. */
export function distinct(
  values: readonly { value: Scalar | Aggregate }[],
  frame: Frame,
): { stages: Stage[]; frame: Frame } {
  const keys = values.map(({ value }, index) => ({ value, path: `k${index}` }));
  const id = Object.fromEntries(keys.map(({ value, path }) => [path, orNull(frame.value(value))]));
  return {
    stages: [
      { $group: { _id: id } },
      { $project: { _id: 0, ...Object.fromEntries(keys.map(({ path }) => [path, `$_id.${path}`])) } },
    ],
    frame: frame.computed(keys),
  };
}
