import type { Comparison, Ref, Scope } from "./gold-query.ts";

/** A row that a SELECT is to find: its table, what its columns must meet, and the columns that equal those of other rows. */
export interface WitnessRow {
  table: string;
  conditions: Map<string, Comparison[]>;
  equal: { column: string; of: WitnessRow; other: string }[];
  /** Columns whose values few other rows share, so that a group keeps its size. */
  own: Set<string>;
}

/** A group larger than that is not made on purpose. */
const maxGroup = 60;

/**
 * For each alternative of each SELECT the rows that together make it find something: one a source, joined as it joins them,
 * with those of the SELECTs that must meet it, and as many as a group must have. With them, what it just misses: rows that
 * meet all conditions but one, and groups of one row less and more.
 */
export function witnessesOf(scopes: readonly Scope[]): WitnessRow[][] {
  const distinct = new Map<string, WitnessRow[]>();
  const keep = (rows: WitnessRow[]) => distinct.set(idOf(rows), rows);
  for (const scope of scopes) {
    for (const conditions of scope.conditions.length > 0 ? scope.conditions : [[]]) {
      const linked = scope.linked.some(({ needed }) => needed);
      if (conditions.length > 0 || scope.groupSize > 1 || linked) keep(groupOf(scope, conditions, scope.groupSize));
      for (const missed of conditions) keep(groupOf(scope, conditions.map((each) => (each === missed ? { ...each, missed: true } : each)), 1));
      if (scope.groupSize > 1) for (const size of [scope.groupSize - 1, scope.groupSize + 1]) keep(groupOf(scope, conditions, size));
    }
  }
  return [...distinct.values()];
}

const idOf = (rows: readonly WitnessRow[]) =>
  JSON.stringify(rows.map(({ table, conditions, equal }) => [table, [...conditions], equal.map(({ column, of, other }) => [column, rows.indexOf(of), other])]));

/** Witnesses that agree in what the SELECT groups by. */
function groupOf(scope: Scope, conditions: readonly Comparison[], size: number): WitnessRow[] {
  const members = Array.from({ length: Math.max(1, Math.min(size, maxGroup)) }, () => witnessOf(scope, conditions));
  const grouped = scope.mentions.filter(({ role }) => role === "grouped").map(({ ref }) => ref);
  if (size > 1) for (const { alias, column } of grouped) members[0]!.get(alias)?.own.add(column);
  for (const member of members.slice(1)) for (const ref of grouped) link(member, ref, members[0]!, ref);
  return members.flatMap((member) => [...member.values()]);
}

type Witness = Map<string, WitnessRow>;

function witnessOf(scope: Scope, conditions: readonly Comparison[]): Witness {
  const rows: Witness = new Map([...scope.sources].map(([alias, { name }]) => [alias, { table: name, conditions: new Map(), equal: [], own: new Set() }]));
  for (const comparison of conditions) {
    const row = rows.get(comparison.ref.alias);
    row?.conditions.set(comparison.ref.column, [...(row.conditions.get(comparison.ref.column) ?? []), comparison]);
  }
  for (const [left, right] of scope.equal) link(rows, left, rows, right);
  const all = new Map(rows);
  for (const [index, { scope: other, equal, needed }] of scope.linked.entries()) {
    if (!needed) continue;
    const others = witnessOf(other, other.conditions[0] ?? []);
    for (const [left, right] of equal) link(rows, left, others, right);
    for (const [alias, row] of others) all.set(`${index}.${alias}`, row);
  }
  return all;
}

function link(rows: Witness, left: Ref, others: Witness, right: Ref): void {
  const [one, other] = [rows.get(left.alias), others.get(right.alias)];
  if (!one || !other || one === other) return;
  one.equal.push({ column: left.column, of: other, other: right.column });
  other.equal.push({ column: right.column, of: one, other: left.column });
}
