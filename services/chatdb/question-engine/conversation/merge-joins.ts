import { isDeepStrictEqual } from "node:util";
import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { columnsIn } from "../plan/scope.ts";
import { isToOne, tableOf } from "../plan/source-table.ts";
import type { ColumnRef, Condition, Join, QueryPlan, Source } from "../plan/plan.ts";

/** The sources, joins and conditions of a plan, which determine its rows. */
export type Rows = { from: Source } & Pick<QueryPlan, "joins" | "where">;

/** A plan whose rows come from tables and not from an inner plan. */
export type TablePlan = QueryPlan & { from: Source };

export const isOverTable = (plan: QueryPlan): plan is TablePlan => "table" in plan.from;

/** Finds the table of a source by its name in the plan. */
export function tableNamed(
  plan: Pick<Rows, "from" | "joins">,
  name: string,
  schema: DatabaseSchema,
): Table | undefined {
  const source = [plan.from, ...plan.joins].find(({ as }) => as === name);
  return source && tableOf(source, schema);
}

/** Maps names of sources to new ones. Inner queries keep their own names. */
export type Renaming = (source: string) => string;

/** Renames the sources in any part of a plan. */
export function renameSources<T>(value: T, rename: Renaming): T {
  if (Array.isArray(value)) return value.map((each) => renameSources(each as unknown, rename)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => {
    if (key === "source" || key === "as") return [key, rename(each as string)];
    return [key, key === "query" ? each : renameSources(each as unknown, rename)];
  });
  return Object.fromEntries(entries) as T;
}

/**
 * Adds the joins of another plan about the same table to a plan.
 * @returns the joins of both without duplicates, and the new names of the other plan's sources
 */
export function mergeJoins(onto: Rows, other: Rows): { joins: Join[]; rename: Renaming } {
  const names = new Map([[other.from.as, onto.from.as]]);
  const rename = (source: string) => names.get(source) ?? source;
  const taken = new Set([onto.from, ...onto.joins, ...inner(onto.where)].map(({ as }) => as));
  const joins = [...onto.joins];
  for (const join of other.joins) {
    const on = renameSources(join.on, rename);
    const known = joins.find(
      ({ schema, table, on: existing }) =>
        schema === join.schema && table === join.table && isDeepStrictEqual(existing, on),
    );
    names.set(join.as, known?.as ?? freshName(join.as, taken));
    if (!known) joins.push({ ...join, as: rename(join.as), on });
  }
  for (const join of inner(other.where)) names.set(join.as, freshName(join.as, taken));
  return { joins, rename };
}

/** Lists the joins inside conditions. */
const inner = (where: readonly Condition[]): Join[] =>
  where.flatMap((condition) =>
    condition.kind === "related" ? condition.joins : condition.kind === "either" ? inner(condition.of.flat()) : [],
  );

function freshName(name: string, taken: Set<string>): string {
  let fresh = name;
  for (let n = 2; taken.has(fresh); n++) fresh = `${name}_${n}`;
  taken.add(fresh);
  return fresh;
}

/** Removes the joins that nothing uses and that do not change the rows. */
export function withoutUnusedJoins<P extends TablePlan>(plan: P, schema: DatabaseSchema): P {
  const { joins } = plan;
  const spoken = new Set(
    [
      ...[...plan.select, ...plan.orderBy, ...plan.having].flatMap(({ value }) => columnsIn(value)),
      ...plan.groupBy.flatMap(columnsIn),
      ...joins.flatMap(({ on }) => on.map(({ left }) => left)),
      ...plan.where.flatMap(columnsOf),
    ].map(({ source }) => source),
  );
  const kept = joins.filter((join) => spoken.has(join.as) || !isToOne(join, schema));
  return kept.length === joins.length ? plan : withoutUnusedJoins({ ...plan, joins: kept }, schema);
}

/** Lists the columns of the outer query that a condition uses. */
export function columnsOf(condition: Condition): ColumnRef[] {
  switch (condition.kind) {
    case "column":
    case "measured":
    case "member":
      return [condition.column];
    case "pair":
      return [condition.left, condition.right];
    case "related":
      return [
        ...condition.joins[0]!.on.map(({ left }) => left),
        ...(condition.against ?? []).map(({ outer }) => outer),
      ];
    case "either":
      return condition.of.flat().flatMap(columnsOf);
  }
}
