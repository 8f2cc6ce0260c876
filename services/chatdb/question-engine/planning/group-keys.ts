import type { Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import type { Item, Key } from "../grammar/frame.ts";
import { labelOf } from "../linking/labels.ts";
import type { ColumnRef, Scalar } from "../plan/plan.ts";
import { Refusal } from "../refusal.ts";
import { asColumn, isColumn } from "../plan/plan.ts";
import type { Draft, Selected } from "./draft.ts";
import { isMeasure } from "./frame-adjustments.ts";

/** A key that is shown. `item` is set if the question asked to show it, not only to group by it. */
export interface ShownKey {
  ref: ColumnRef;
  item?: Item;
}

interface GroupKeys {
  groupBy: ColumnRef[];
  shown: ShownKey[];
}

/** The keys to group by: the groups named, the columns shown and the things ranked. */
export function groupKeysOf(draft: Draft): GroupKeys {
  const { groups } = draft.frame;
  const keys: GroupKeys = { groupBy: [], shown: [] };
  addShown(keys, draft);
  const input = keys.shown.length > 0;
  for (const group of groups) {
    if (group.kind === "period") continue;
    const { identity, label } = groupOf(
      group,
      keys.shown.map(({ ref }) => ref),
      draft,
    );
    add(keys, ...identity);
    const known = keys.shown.some(({ ref }) => [...identity, label].some((each) => isColumn(asColumn(ref), each)));
    if (!known && !(group.kind === "rows" && input)) keys.shown.push({ ref: label });
  }
  if (keys.groupBy.length === 0) addRanked(keys, draft);
  return keys;
}

function add({ groupBy }: GroupKeys, ...refs: readonly ColumnRef[]): void {
  for (const ref of refs) if (!groupBy.some((each) => isColumn(asColumn(each), ref))) groupBy.push(ref);
}

function addShown(keys: GroupKeys, draft: Draft): void {
  const { builder, frame } = draft;
  for (const item of frame.show) {
    if (item.kind !== "attribute") continue;
    const { table, column } = draft.resolver.column(item.attribute, tablesForKeys(draft));
    const ref = builder.column(table, column.name);
    // "the names of the customers with the most orders": customers of the same name are still two.
    if (table !== builder.root && draft.near.includes(table) && frame.groups.length === 0)
      add(keys, ...identityOf(table, draft));
    add(keys, ref);
    if (!keys.shown.some((each) => isColumn(asColumn(each.ref), ref))) keys.shown.push({ ref, item });
  }
}

/** Groups by the thing that is ranked: "the customers with the most orders". */
function addRanked(keys: GroupKeys, draft: Draft): void {
  const { orders, filters, topics } = draft.frame;
  const ranked =
    orders.some(({ by }) => isMeasure(by) || by === "frequency" || by === "result") ||
    filters.some(({ kind }) => kind === "having");
  const head = ranked && topics.length > 0 ? draft.near.find((table) => table !== draft.builder.root) : undefined;
  if (!head) return;
  const { identity, label } = rowsOf(head, draft, head.name);
  add(keys, ...identity);
  keys.shown.push({ ref: label });
}

/** The periods of time to group by. */
export function groupPeriodsOf({ frame, resolver, tables, builder }: Draft): (Selected & { value: Scalar })[] {
  return frame.groups.flatMap((group): (Selected & { value: Scalar })[] => {
    if (group.kind !== "period") return [];
    const { unit, at } = group;
    const { table, column } = resolver.column(
      { kind: "time", words: unit, at },
      tables,
      ({ column }) => kindOf(column) === "time" || unit === "year",
    );
    const of = builder.column(table, column.name);
    if (kindOf(column) !== "time") return [{ value: asColumn(of), as: column.name }];
    return [
      {
        value: unit === "year" ? { kind: "part" as const, unit, of } : { kind: "period" as const, unit, of },
        as: unit,
      },
    ];
  });
}

/** The tables that key columns are looked up in: the things named before the things counted. */
function tablesForKeys({ builder: { root }, frame, resolver, near }: Draft): Table[] {
  const groups = frame.groups.flatMap((group) => (group.kind === "rows" ? [resolver.table(group.table, near)] : []));
  return [...new Set([...groups, ...near.filter((table) => table !== root), root])];
}

const identityOf = (table: Table, { builder }: Draft): ColumnRef[] =>
  table.primaryKey.map((column) => builder.column(table, column));

/** The columns of a group: a column itself, or the key and the label of a table. */
function groupOf(
  group: Exclude<Key, { kind: "period" }>,
  shown: readonly ColumnRef[],
  draft: Draft,
): { identity: ColumnRef[]; label: ColumnRef } {
  const { resolver, builder } = draft;
  if (group.kind === "attribute") {
    // "document type codes ... in each code" names the same column twice.
    const again = resolver
      .candidates(group.attribute)
      .flatMap(({ table, column }) =>
        shown.filter((ref) => ref.source === builder.sourceOf(table) && ref.column === column.name),
      )[0];
    if (again) return { identity: [again], label: again };
    const { table, column } = resolver.column(group.attribute, draft.tables);
    const ref = builder.column(table, column.name);
    return { identity: [ref], label: ref };
  }
  const table = resolver.table(group.table, draft.tables);
  if (table === builder.root) draft.surprise += 1.5;
  return rowsOf(table, draft, group.table.words);
}

/** The key of a table with its label. @throws Refusal if it has neither */
function rowsOf(table: Table, draft: Draft, words: string): { identity: ColumnRef[]; label: ColumnRef } {
  const identity = identityOf(table, draft);
  const named = labelOf(table);
  const label = named ? draft.builder.column(table, named.name) : identity[0];
  if (!label) throw new Refusal(`I cannot tell the rows of ${table.name} apart.`, { words: [words] });
  return { identity: [...identity, label], label };
}
