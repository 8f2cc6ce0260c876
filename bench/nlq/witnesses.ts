import type { Value } from "./column-values.ts";
import type { Comparison, Link, Ref, Scope } from "./gold-query.ts";

/** A value that columns of one or several rows share, with its conditions. */
export interface Cell {
  conditions: Comparison[];
  /** The value, once one of the rows is generated. */
  value?: Value;
}

/** A row that a SELECT must find. */
export interface WitnessRow {
  table: string;
  /** The constrained cells by column; other columns may have any value. */
  cells: Map<string, Cell>;
  /** Columns whose values few other rows may share, so that a group keeps its size. */
  own: Set<string>;
}

/** The maximum size of a generated group. */
const maxGroup = 60;

/**
 * Builds the rows that each alternative of each SELECT finds: one per source, joined as in the query, with the rows of
 * linked SELECTs, and as many as a group needs. It adds near misses: rows that meet all conditions but one, and groups
 * that are one row too small or too large.
 */
export function witnessesOf(scopes: readonly Scope[]): WitnessRow[][] {
  const distinct = new Map<string, WitnessRow[]>();
  const keep = (rows: WitnessRow[]) => distinct.set(idOf(rows), rows);
  for (const scope of scopes) {
    for (const conditions of scope.conditions.length > 0 ? scope.conditions : [[]]) {
      const linked = scope.linked.some(({ needed }) => needed);
      if (conditions.length > 0 || scope.groupSize > 1 || linked) keep(groupOf(scope, conditions, scope.groupSize));
      for (const variant of nearMisses(conditions)) keep(groupOf(scope, variant, 1));
      for (const each of scope.linked)
        for (const variant of linkedConditions(each))
          keep([...witnessOf(scope, conditions, { link: each, conditions: variant }).values()]);
      if (scope.groupSize > 1)
        for (const size of [scope.groupSize - 1, scope.groupSize + 1]) keep(groupOf(scope, conditions, size));
    }
  }
  return [...distinct.values()];
}

/** Returns one variant of the conditions for each condition that is missed. */
const nearMisses = (conditions: readonly Comparison[]) =>
  conditions.map((missed) => conditions.map((each) => (each === missed ? { ...each, missed: true } : each)));

/** Lists the conditions of rows that a linked SELECT should find or narrowly miss, in addition to those for all. */
function linkedConditions({ scope, needed }: Link): Comparison[][] {
  const [first = []] = scope.conditions;
  return [...(needed ? [] : [first]), ...nearMisses(first)];
}

function idOf(rows: readonly WitnessRow[]): string {
  const cells = [...new Set(rows.flatMap((row) => [...row.cells.values()]))];
  return JSON.stringify([
    rows.map(({ table, cells: own }) => [table, [...own].map(([column, cell]) => [column, cells.indexOf(cell)])]),
    cells.map(({ conditions }) => conditions),
  ]);
}

/** Builds witnesses that agree in the columns that the SELECT groups by. */
function groupOf(scope: Scope, conditions: readonly Comparison[], size: number): WitnessRow[] {
  const members = Array.from({ length: Math.max(1, Math.min(size, maxGroup)) }, () => witnessOf(scope, conditions));
  const grouped = scope.mentions.filter(({ role }) => role === "grouped").map(({ ref }) => ref);
  if (size > 1) for (const { alias, column } of grouped) members[0]!.get(alias)?.own.add(column);
  const all: Witness = new Map(members[0]);
  for (const [index, member] of members.slice(1).entries()) {
    for (const ref of grouped) linkRows(scope, all, ref, scope, member, ref);
    for (const [alias, row] of member) all.set(`${index}.${alias}`, row);
  }
  return [...all.values()];
}

type Witness = Map<string, WitnessRow>;

/**
 * Builds the rows of one witness.
 * @param linkedVariant replaces the conditions of one linked SELECT; few other rows share its values then
 */
function witnessOf(
  scope: Scope,
  conditions: readonly Comparison[],
  linkedVariant?: { link: Link; conditions: readonly Comparison[] },
): Witness {
  const rows: Witness = new Map(
    [...scope.sources].map(([alias, { name }]) => [alias, { table: name, cells: new Map(), own: new Set() }]),
  );
  for (const comparison of conditions) {
    const row = rows.get(comparison.ref.alias);
    if (row) cellOf(row, comparison.ref.column).conditions.push(comparison);
  }
  for (const [left, right] of scope.equal) link(rows, left, rows, right);
  const all = new Map(rows);
  for (const [index, each] of scope.linked.entries()) {
    const { scope: other, equal, needed } = each;
    if (!needed && linkedVariant?.link !== each) continue;
    const others = witnessOf(
      other,
      linkedVariant?.link === each ? linkedVariant.conditions : (other.conditions[0] ?? []),
    );
    if (linkedVariant?.link === each) for (const [{ alias, column }] of equal) all.get(alias)?.own.add(column);
    for (const [left, right] of equal) linkRows(scope, all, left, other, others, right);
    for (const [alias, row] of others) all.set(`${index}.${alias}`, row);
  }
  return all;
}

/**
 * Links two columns; if both SELECTs join the table with others, equal columns mean the same row, so the keys are
 * linked too.
 */
function linkRows(scope: Scope, rows: Witness, left: Ref, other: Scope, others: Witness, right: Ref): void {
  link(rows, left, others, right);
  const key = scope.sources.get(left.alias)?.primaryKey ?? [];
  if (
    left.table !== right.table ||
    left.column !== right.column ||
    key.length !== 1 ||
    scope.sources.size < 2 ||
    other.sources.size < 2
  )
    return;
  link(rows, { ...left, column: key[0]! }, others, { ...right, column: key[0]! });
}

function cellOf({ cells }: WitnessRow, column: string): Cell {
  let cell = cells.get(column);
  if (!cell) cells.set(column, (cell = { conditions: [] }));
  return cell;
}

/** Makes two columns share their value, including all cells that already share one. */
function link(rows: Witness, left: Ref, others: Witness, right: Ref): void {
  const [one, other] = [rows.get(left.alias), others.get(right.alias)];
  if (!one || !other) return;
  const [kept, dropped] = [cellOf(one, left.column), cellOf(other, right.column)];
  if (kept === dropped) return;
  kept.conditions.push(...dropped.conditions);
  for (const { cells } of new Set([...rows.values(), ...others.values()])) {
    for (const [column, cell] of cells) if (cell === dropped) cells.set(column, kept);
  }
}
