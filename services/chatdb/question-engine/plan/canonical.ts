import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import type { QueryPlan } from "./plan.ts";

type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };

/**
 * Writes a plan as text that ignores the names of sources and columns, the order of conditions and the direction of
 * joins. Plans with different texts may still mean the same.
 */
export function canonicalText(plan: QueryPlan): string {
  return canonicalJson(canonicalQuery(plan, new Map()));
}

/** Maps the name of a source in the plan to its table, numbered if the table occurs again. */
type Names = Map<string, string>;

interface Source {
  as: string;
  schema?: string;
  table?: string;
  query?: Record<string, Json>;
}

/** Keys of lists without a meaningful order. */
const unordered = new Set(["where", "groupBy", "having", "values", "of"]);

function canonicalQuery({ from, joins, orderBy, ...rest }: Record<string, Json>, outer: Names): Json {
  const source = from as unknown as Source;
  const joined = (joins ?? []) as unknown as (Source & {
    on: { left: { source: string; column: string }; right: string }[];
    optional?: boolean;
  })[];
  const names = named([source, ...joined], outer);
  const allInner = joined.every(({ optional }) => !optional);
  const edges = joined.map(({ as, on, optional }) => ({
    on: sorted(
      on.map(({ left, right }) => {
        const sides = [`${names.get(left.source) ?? left.source}.${left.column}`, `${names.get(as)!}.${right}`];
        return allInner ? sides.sort() : sides;
      }),
    ),
    ...(optional ? { optional } : {}),
  }));
  const sources = [source, ...joined].map(({ as, query }) =>
    query ? canonicalQuery(query, new Map()) : names.get(as)!,
  );
  return {
    // Inner joins may start at any table, so their order does not matter.
    sources: allInner ? sorted(sources) : sources,
    ...(edges.length > 0 ? { edges: sorted(edges) } : {}),
    ...(canonical(rest, names) as Record<string, Json>),
    orderBy: ((orderBy ?? []) as Json[]).map((each) => canonical(each, names)),
  };
}

function named(sources: readonly Source[], outer: Names): Names {
  const names = new Map(outer);
  const counts = new Map<string, number>([...outer.values()].map((name) => [name, 1]));
  for (const { as, schema = "", table = "(query)" } of sources) {
    const name = `${schema}.${table}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    names.set(as, count === 1 ? name : `${name}#${count}`);
  }
  return names;
}

function canonical(value: Json, names: Names, inside?: string): Json {
  if (Array.isArray(value)) {
    const items = value.map((each) => canonical(each, names));
    return inside !== undefined && unordered.has(inside) ? sorted(items) : items;
  }
  if (value === null || typeof value !== "object") return value;
  if ("query" in value && typeof value["query"] === "object") {
    const { query, ...rest } = value;
    return {
      ...(canonical(rest, names) as Record<string, Json>),
      query: canonicalQuery(query as Record<string, Json>, new Map()),
    };
  }
  if (value["kind"] === "related") return canonicalRelated(value, names);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]): [string, Json][] => {
      // The names of result columns do not matter, and an absent value equals false or an empty list.
      if (key === "as" || each === undefined || each === false || (Array.isArray(each) && each.length === 0)) return [];
      if (key === "source" && typeof each === "string") return [[key, names.get(each) ?? each]];
      return [[key, canonical(each, names, key)]];
    }),
  );
}

/** Writes a condition whose joins start from a source of the outer query. */
function canonicalRelated({ kind, joins, ...rest }: Record<string, Json>, outer: Names): Json {
  const joined = joins as unknown as (Source & { on: Json })[];
  const names = named(joined, outer);
  const edges = joined.map(({ as, on }) => ({
    to: names.get(as)!,
    on: sorted((on as Json[]).map((each) => canonical(each, names))),
  }));
  return { kind: kind!, joins: edges, ...(canonical(rest, names) as Record<string, Json>) };
}

const sorted = <T extends Json>(items: T[]): T[] =>
  items
    .map((item) => [canonicalJson(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);
