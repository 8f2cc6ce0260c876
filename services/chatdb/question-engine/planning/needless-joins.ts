import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { ColumnRef, InnerQuery, Join, QueryPlan } from "../plan/plan.ts";
import { isToOne, tableOf } from "../plan/source-table.ts";

/** Whether the join matches by the whole primary key, so that each row finds at most one. */
const isByKey = (join: Join, schema: DatabaseSchema): boolean =>
  !join.optional && isToOne(join, schema) && join.on.length === tableOf(join, schema)!.primaryKey.length;

const isRef = (value: object): value is ColumnRef =>
  "source" in value && typeof value.source === "string" && "column" in value && typeof value.column === "string";

/** Replaces each column reference. Inner queries have sources of their own and stay unchanged. */
function mapRefs<T>(value: T, replace: (ref: ColumnRef) => ColumnRef): T {
  if (Array.isArray(value)) return value.map((each: unknown) => mapRefs(each, replace)) as T;
  if (typeof value !== "object" || value === null) return value;
  if (isRef(value)) return { ...value, ...replace({ source: value.source, column: value.column }) };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, key === "query" ? each : mapRefs(each, replace)]),
  ) as T;
}

/** All column references of a query, or a part of one, to its own sources. */
function refsOf(part: object): ColumnRef[] {
  if (isRef(part)) return [part];
  return Object.entries(part).flatMap(([key, each]: [string, unknown]) =>
    typeof each === "object" && each !== null && key !== "query" ? refsOf(each) : [],
  );
}

/**
 * Removes joins whose key alone is used, since the referring row has it too: "the number of courses in each department"
 * needs no join if courses hold the department's name.
 */
export function withoutNeedlessJoins<Q extends QueryPlan | InnerQuery>(query: Q, schema: DatabaseSchema): Q {
  for (const join of query.joins) {
    if (!isByKey(join, schema)) continue;
    const { joins, ...rest } = query;
    const others = joins.filter((each) => each !== join);
    const left = (ref: ColumnRef) =>
      ref.source === join.as ? join.on.find(({ right }) => right === ref.column)?.left : undefined;
    if (refsOf({ ...rest, joins: others }).some((ref) => ref.source === join.as && !left(ref))) continue;
    const without = mapRefs({ ...rest, joins: others }, (ref) => left(ref) ?? ref) as unknown as Q;
    const refs = refsOf(without);
    const says = refs.some((ref) =>
      join.on.some((pair) => pair.left.source === ref.source && pair.left.column === ref.column),
    );
    if (says) return withoutNeedlessJoins(without, schema);
  }
  return query;
}
