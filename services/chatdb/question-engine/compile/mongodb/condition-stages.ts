import type { ColumnRef, Condition, InnerQuery, Join, Measured, Member, Related } from "../../plan/plan.ts";
import { listedColumn, type Scope } from "../../plan/scope.ts";
import { allOf, anyOf, comparisonTest, type Test } from "./comparison.ts";
import { isPresent, operators, orNull, whenPresent, type Json, type Stage } from "./expressions.ts";
import type { Frame } from "./document-frame.ts";

/** A condition: the lookups in other collections that it needs, and its test of a document. */
interface Tested {
  stages: Stage[];
  test: Test;
}

/** The parts of the query writer that conditions use. */
export interface Queries {
  /**
   * Returns the documents of an inner query, with the selected value in the field `value`.
   * @param first a stage to start with, on the collection's documents
   */
  values(query: InnerQuery, first?: Stage): { collection: string; stages: Stage[] };
  /** Returns the documents of several collections, each joined to the ones before it. */
  joined(joins: readonly Join[], scope: Scope): { stages: Stage[]; frame: Frame };
}

const simple = (test: Test): Tested => ({ stages: [], test });

const expression = (...all: Json[]): Test => ({ $expr: all.length === 1 ? all[0]! : { $and: all } });

export function tested(condition: Condition, frame: Frame, queries: Queries): Tested {
  switch (condition.kind) {
    case "column":
      return simple(comparisonTest(condition, frame.column(condition.column), frame.scope.find(condition.column)!));
    case "pair": {
      const [left, right] = [condition.left, condition.right].map((ref) => `$${frame.column(ref)}`) as [string, string];
      return simple(expression(isPresent(left), isPresent(right), { [operators[condition.op]]: [left, right] }));
    }
    case "related":
      return related(condition, frame, queries);
    case "either": {
      const sets = condition.of.map((all) => all.map((inner) => tested(inner, frame, queries)));
      return {
        stages: sets.flat().flatMap(({ stages }) => stages),
        test: anyOf(sets.map((all) => allOf(all.map(({ test }) => test)))),
      };
    }
    case "measured":
      return measured(condition, frame, queries);
    case "member":
      return member(condition, frame, queries);
  }
}

/**
 * Matches documents whose fields equal those of another collection's document: `own` is a field of these, `other` of
 * that one.
 */
export function matching(
  pairs: readonly { own: string; other: ColumnRef }[],
  frame: Frame,
): { let: Record<string, Json>; match: Stage } {
  const variables = pairs.map(({ other }, index) => [`v${index}`, orNull(`$${frame.column(other)}`)] as const);
  const equal = pairs.flatMap(({ own }, index): Json[] => [
    { $eq: [`$${own}`, `$$v${index}`] },
    isPresent(`$$v${index}`),
  ]);
  return { let: Object.fromEntries(variables), match: { $match: expression(...equal) } };
}

function related({ joins, where, against = [], count }: Related, outer: Frame, queries: Queries): Tested {
  const [first] = joins as [Join, ...Join[]];
  const { let: variables, match } = matching(
    first.on.map(({ left, right }) => ({ own: right, other: left })),
    outer,
  );
  const { stages, frame } = queries.joined(joins, outer.scope);
  const tests = where.map((comparison) =>
    comparisonTest(comparison, frame.column(comparison.column), frame.scope.find(comparison.column)!),
  );
  const others = Object.fromEntries(
    against.map(({ outer: ref }, index) => [`o${index}`, orNull(`$${outer.column(ref)}`)]),
  );
  const compared = against.flatMap(({ inner, op }, index): Json[] => {
    const [own, other] = [`$${frame.column(inner)}`, `$$o${index}`];
    return [isPresent(own), isPresent(other), { [operators[op]]: [own, other] }];
  });
  const keys = (count.distinct ?? []).map((ref) => `$${frame.column(ref)}`);
  const field = outer.field("related");
  const pipeline: Stage[] = [
    match,
    ...stages,
    ...(tests.length > 0 ? [{ $match: allOf(tests) }] : []),
    ...(compared.length > 0 ? [{ $match: expression(...compared) }] : []),
    ...(keys.length > 0
      ? [
          {
            $group: { _id: whenPresent(keys, Object.fromEntries(keys.map((key, index) => [`k${index}`, key])), null) },
          },
          { $match: { _id: { $ne: null } } },
        ]
      : []),
  ];
  const exists = count.op === ">=" && count.value === 1;
  if (exists || (count.op === "=" && count.value === 0)) pipeline.push({ $limit: 1 });
  const lookup = {
    $lookup: {
      from: first.table,
      let: { ...variables, ...others },
      pipeline: [...pipeline, { $project: { _id: 1 } }],
      as: field,
    },
  };
  return { stages: [lookup], test: expression({ [operators[count.op]]: [{ $size: `$${field}` }, count.value] }) };
}

function measured({ column, op, query }: Measured, frame: Frame, queries: Queries): Tested {
  const field = frame.field("measure");
  const { collection, stages } = queries.values(query);
  const own = `$${frame.column(column)}`;
  const other = `$${field}.value`;
  return {
    stages: [
      { $lookup: { from: collection, let: {}, pipeline: stages, as: field } },
      { $unwind: { path: `$${field}`, preserveNullAndEmptyArrays: true } },
    ],
    test: expression(isPresent(own), isPresent(other), { [operators[op]]: [own, other] }),
  };
}

function member({ column, op, query }: Member, frame: Frame, queries: Queries): Tested {
  const field = frame.field("list");
  const own = frame.column(column);
  const present: Test = { [own]: { $ne: null } };
  const listed = listedColumn(query);
  if (listed) {
    // An index serves the search in a collection's field; a computed list has to be read as a whole.
    const { let: variables, match } = matching([{ own: listed.column, other: column }], frame);
    const { collection, stages } = queries.values(query, match);
    const lookup = { $lookup: { from: collection, let: variables, pipeline: [...stages, { $limit: 1 }], as: field } };
    return { stages: [lookup], test: allOf([present, { [field]: op === "in" ? { $ne: [] } : { $eq: [] } }]) };
  }
  const { collection, stages } = queries.values(query);
  const found: Json = { $filter: { input: `$${field}`, as: "each", cond: { $eq: ["$$each.value", `$${own}`] } } };
  return {
    stages: [{ $lookup: { from: collection, let: {}, pipeline: stages, as: field } }],
    test: allOf([present, expression({ [op === "in" ? "$gt" : "$eq"]: [{ $size: found }, 0] })]),
  };
}
