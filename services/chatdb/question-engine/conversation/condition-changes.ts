import { isDeepStrictEqual } from "node:util";
import type { ColumnRef, Comparison, Condition, Literal, Related } from "../plan/plan.ts";
import { columnsOf, renameSources } from "./merge-joins.ts";
import type { Manner } from "./follow-up-phrases.ts";

/**
 * Combines the conditions of a plan with further ones, which replace, narrow down or widen those on the same column.
 * Both use the same source names.
 */
export function mergeConditions(
  where: readonly Condition[],
  further: readonly Condition[],
  manner: Manner,
): Condition[] {
  return further.reduce((all: Condition[], condition) => withCondition(all, condition, manner, further), [...where]);
}

function withCondition(
  where: readonly Condition[],
  condition: Condition,
  manner: Manner,
  said: readonly Condition[],
): Condition[] {
  if (condition.kind === "related") return withRelated(where, condition, manner);
  const subjects = columnsOf(condition);
  if (condition.kind === "column") {
    const widened =
      manner === "widen"
        ? where.findIndex(
            (each) =>
              each.kind === "column" && isSame(each.column, condition.column) && valuesOf(each) && valuesOf(condition),
          )
        : -1;
    if (widened >= 0) return where.with(widened, bothOf(where[widened] as Comparison, condition));
    return [...where.filter((each) => said.includes(each) || !isReplaced(each, condition, manner)), condition];
  }
  const kept = where.filter(
    (each) =>
      said.includes(each) ||
      manner !== "replace" ||
      !columnsOf(each).some((column) => subjects.some((subject) => isSame(column, subject))) ||
      each.kind === "related",
  );
  return [...kept, condition];
}

const isSame = (one: ColumnRef, other: ColumnRef) => one.source === other.source && one.column === other.column;

/** Returns the values that a condition selects; undefined if it does not list values. */
function valuesOf(condition: Comparison): Literal[] | undefined {
  if (condition.op === "=") return [condition.value];
  return condition.op === "one of" ? condition.values : undefined;
}

function bothOf(one: Comparison, other: Comparison): Comparison {
  const { column } = one;
  const ignoreCase = [one, other].some((each) => "ignoreCase" in each && each.ignoreCase);
  return {
    kind: "column",
    column,
    op: "one of",
    values: [...new Set([...valuesOf(one)!, ...valuesOf(other)!])],
    ...(ignoreCase ? { ignoreCase } : {}),
  };
}

/** Returns the side of a range that a condition bounds; undefined for a condition on single values. */
function sideOf({ op }: Comparison): "lower" | "upper" | "not" | undefined {
  switch (op) {
    case ">":
    case ">=":
      return "lower";
    case "<":
    case "<=":
      return "upper";
    case "<>":
    case "none of":
    case "lacks":
      return "not";
    case "=":
    case "one of":
    case "contains":
    case "starts with":
    case "ends with":
    case "missing":
    case "present":
      return undefined;
  }
}

/**
 * Tells whether a new condition replaces an old one: "in France" replaces "in Germany", "over 100" replaces "over 50",
 * but "not in Berlin" is added.
 */
function isReplaced(old: Condition, condition: Comparison, manner: Manner): boolean {
  if (old.kind === "related" || !columnsOf(old).some((column) => isSame(column, condition.column))) return false;
  const side = sideOf(condition);
  if (side === "not") return false;
  if (manner === "replace") return true;
  if (old.kind !== "column") return false;
  return side === undefined || sideOf(old) === undefined || sideOf(old) === side;
}

/** Merges a condition on related rows into the one on the same related rows, if there is one. */
function withRelated(where: readonly Condition[], condition: Related, manner: Manner): Condition[] {
  const place = where.findIndex((each) => each.kind === "related" && isAlike(each, condition));
  const old = where[place] as Related | undefined;
  if (!old) return [...where, condition];
  const names = new Map(condition.joins.map(({ as }, index) => [as, old.joins[index]!.as]));
  const same = renameSources(condition, (source) => names.get(source) ?? source);
  if (isDeepStrictEqual(old.count, same.count))
    return where.with(place, { ...old, where: mergeConditions(old.where, same.where, manner) as Comparison[] });
  // "those without orders" replaces "customers with orders".
  return same.where.length === 0 ? where.with(place, same) : [...where, condition];
}

function isAlike(one: Related, other: Related): boolean {
  const shape = ({ joins }: Related) =>
    joins.map(({ schema, table, on }, index) => ({
      schema,
      table,
      on: on.map(({ left, right }) => [index === 0 ? left : left.column, right]),
    }));
  return isDeepStrictEqual(shape(one), shape(other));
}
