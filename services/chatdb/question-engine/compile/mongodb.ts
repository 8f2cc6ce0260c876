import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { Condition, Derived, InnerQuery, Join, QueryPlan, Source } from "../plan/plan.ts";
import { isAggregated, Scope } from "../plan/scope.ts";
import { allOf, compared } from "./mongodb/comparison.ts";
import { matching, tested, type Queries } from "./mongodb/condition-stages.ts";
import { isPresent, orNull, type Json, type Stage } from "./mongodb/expressions.ts";
import { Frame } from "./mongodb/document-frame.ts";
import { fieldNames } from "./mongodb/field-names.ts";
import { distinct, group } from "./mongodb/group-stages.ts";

/**
 * An aggregation on one collection, in MongoDB Extended JSON. The keys of its last stage, a `$project`, are the
 * result's columns.
 */
export interface Pipeline {
  collection: string;
  pipeline: Stage[];
}

/**
 * Writes a plan as an aggregation pipeline for MongoDB 5 or later. The root's documents keep their fields at the top
 * level, a joined collection gets a field with its name. Text is compared and sorted by bytes. Combined rows, and the
 * results of inner queries with groups or limits, pass through one document, which MongoDB limits to 16 MB.
 * @param plan a valid plan
 */
export function compile(plan: QueryPlan, schema: DatabaseSchema): Pipeline {
  const { collection, stages } = new Writer(schema).plan(plan);
  return { collection, pipeline: stages };
}

type Query = Omit<QueryPlan, "combine">;
type Order = Query["orderBy"];

interface Documents {
  collection: string;
  stages: Stage[];
}

class Writer implements Queries {
  readonly #schema: DatabaseSchema;

  constructor(schema: DatabaseSchema) {
    this.#schema = schema;
  }

  plan({ combine, ...plan }: QueryPlan): Documents {
    const names = fieldNames(plan.select.map(({ as }) => as));
    return combine && combine.length > 0 ? this.#combined(plan, combine, names) : this.#documents(plan, names);
  }

  values(query: InnerQuery, first?: Stage): Documents {
    return this.#documents(query, ["value"], { first });
  }

  joined([first, ...rest]: readonly Join[], outer: Scope): { stages: Stage[]; frame: Frame } {
    const start = this.#collection(first!, outer.with(first!));
    return this.#joins(rest, start);
  }

  /**
   * Writes the documents of a query.
   * @param names the documents' fields, in the order of the selected values
   * @param complete whether each document has all of them, as null if missing
   */
  #documents(
    query: Query,
    names: readonly string[],
    { first, complete = false }: { first?: Stage | undefined; complete?: boolean } = {},
  ): Documents {
    const { collection, stages, frame: root } = this.#source(query.from);
    const [early, late] = this.#partition(query);
    const { stages: joins, frame: joined } = this.#joins(query.joins, { stages: [], frame: root });
    const all = [
      ...(first ? [first] : []),
      ...stages,
      ...this.#filter(early, root),
      ...joins,
      ...this.#filter(late, joined),
    ];
    let frame = joined;
    if (isAggregated(query)) {
      const grouped = group(query, frame);
      frame = grouped.frame;
      const having = query.having.map(({ value, op, than }) =>
        compared(grouped.frame.path(value)!, op, than, grouped.frame.scope.typeOf(value)!),
      );
      all.push(...grouped.stages, ...(having.length > 0 ? [{ $match: allOf(having) }] : []));
    }
    if (query.distinct) {
      const different = distinct(query.select, frame);
      frame = different.frame;
      all.push(...different.stages);
    }
    const value = (index: number): Json =>
      (complete ? orNull : (each: Json) => each)(frame.value(query.select[index]!.value));
    all.push(...sorted(query.orderBy, frame), ...page(query), { $project: projection(names, value) });
    return { collection, stages: all };
  }

  /** Combines queries with $setUnion and its siblings, which also remove duplicates. */
  #combined(plan: Query, combine: NonNullable<QueryPlan["combine"]>, names: readonly string[]): Documents {
    const { orderBy, limit, offset, ...rows } = plan;
    const { collection, stages } = this.#documents({ ...rows, orderBy: [] }, names, { complete: true });
    const isOne = isAggregated(plan) && plan.groupBy.length === 0;
    // A document is needed even if there are no rows. The filter stays before $facet, since stages inside it use no
    // index.
    const filters = stages[0] && "$match" in stages[0] ? 1 : 0;
    const all: Stage[] = isOne
      ? [...stages, { $group: { _id: null, rows: { $push: "$$ROOT" } } }]
      : [...stages.slice(0, filters), { $facet: { rows: stages.slice(filters) } }];
    for (const { op, query } of combine) {
      const other = this.#documents(query, names, { complete: true });
      const operator = { union: "$setUnion", intersect: "$setIntersection", except: "$setDifference" }[op];
      all.push(
        { $lookup: { from: other.collection, let: {}, pipeline: other.stages, as: "others" } },
        { $project: { rows: { [operator]: ["$rows", "$others"] } } },
      );
    }
    const frame = new Frame(Scope.of(plan, this.#schema)).computed(
      plan.select.map(({ value }, index) => ({ value, path: names[index]! })),
    );
    all.push(
      { $unwind: "$rows" },
      { $replaceRoot: { newRoot: "$rows" } },
      ...sorted(orderBy, frame),
      ...page({ limit, offset }),
      { $project: projection(names, (index) => `$${names[index]!}`) },
    );
    return { collection, stages: all };
  }

  #source(source: Source | Derived): Documents & { frame: Frame } {
    const scope = Scope.empty(this.#schema).with(source);
    if ("table" in source) return { collection: source.table, ...this.#collection(source, scope) };
    const columns = source.query.select.map(({ as }) => as);
    const names = fieldNames(columns);
    const paths = new Map([[source.as, (column: string) => names[columns.indexOf(column)]!]]);
    return { ...this.#documents(source.query, names), frame: new Frame(scope, paths, [], names) };
  }

  #collection({ as, schema, table: name }: Source, scope: Scope): { stages: Stage[]; frame: Frame } {
    const table = this.#schema.tables.find((each) => each.schema === schema && each.name === name);
    const fields = table?.columns.map((column) => column.name.split(".")[0]!) ?? [];
    return { stages: [], frame: new Frame(scope, new Map([[as, (column: string) => column]]), [], fields) };
  }

  #joins(joins: readonly Join[], start: { stages: Stage[]; frame: Frame }): { stages: Stage[]; frame: Frame } {
    return joins.reduce(({ stages, frame }, join) => {
      const scope = frame.scope.with(join);
      const field = frame.field(join.as);
      const unwind = { $unwind: join.optional ? { path: `$${field}`, preserveNullAndEmptyArrays: true } : `$${field}` };
      return {
        stages: [...stages, { $lookup: { from: join.table, ...on(join, frame, scope), as: field } }, unwind],
        frame: frame.with(join.as, field, scope),
      };
    }, start);
  }

  /** Separates the conditions on the root's documents, which go before the joins so that an index can serve them. */
  #partition({ from, where }: Query): [early: Condition[], late: Condition[]] {
    const isEarly = (condition: Condition): boolean => {
      if (condition.kind === "either") return condition.of.flat().every(isEarly);
      return condition.kind === "column" && condition.column.source === from.as;
    };
    return [where.filter(isEarly), where.filter((condition) => !isEarly(condition))];
  }

  #filter(conditions: readonly Condition[], frame: Frame): Stage[] {
    if (conditions.length === 0) return [];
    const all = conditions.map((condition) => tested(condition, frame, this));
    return [...all.flatMap(({ stages }) => stages), { $match: allOf(all.map(({ test }) => test)) }];
  }
}

/** Projects exactly these fields; MongoDB would add `_id` by itself. */
function projection(names: readonly string[], value: (index: number) => Json): Stage {
  return {
    ...(names.includes("_id") ? {} : { _id: 0 }),
    ...Object.fromEntries(names.map((name, index) => [name, value(index)])),
  };
}

/**
 * Writes how $lookup finds the documents of a join. Comparing fields alone would match documents that both lack the
 * field.
 */
function on({ as, on: pairs }: Join, frame: Frame, scope: Scope): Stage {
  const [{ left, right }, ...others] = pairs as [Join["on"][number]];
  const neverBothMissing =
    scope.find(left)?.nullable === false || scope.find({ source: as, column: right })?.nullable === false;
  if (others.length === 0 && neverBothMissing) return { localField: frame.column(left), foreignField: right };
  const { let: variables, match } = matching(
    pairs.map((pair) => ({ own: pair.right, other: pair.left })),
    frame,
  );
  return { let: variables, pipeline: [match] };
}

/** Sorts missing values last, because MongoDB puts them first in ascending order. */
function sorted(orderBy: Order, frame: Frame): Stage[] {
  if (orderBy.length === 0) return [];
  const fields: Record<string, Json> = {};
  const keys = orderBy.flatMap(({ value, direction }): [string, 1 | -1][] => {
    // JavaScript would move a numeric key before the others.
    const known = frame.path(value);
    const path = known === undefined || /^\d+$/.test(known) ? frame.field("order") : known;
    if (path !== known) fields[path] = frame.value(value);
    if (direction === "desc") return [[path, -1]];
    if (!frame.nullable(value)) return [[path, 1]];
    const missing = frame.field("missing");
    fields[missing] = { $cond: [isPresent(frame.value(value)), 0, 1] };
    return [
      [missing, 1],
      [path, 1],
    ];
  });
  const first = keys.filter(([path], index) => keys.findIndex(([each]) => each === path) === index);
  return [...(Object.keys(fields).length > 0 ? [{ $addFields: fields }] : []), { $sort: Object.fromEntries(first) }];
}

const page = ({ limit, offset }: Pick<Query, "limit" | "offset">): Stage[] => [
  ...(offset === undefined ? [] : [{ $skip: offset }]),
  ...(limit === undefined ? [] : [{ $limit: limit }]),
];
