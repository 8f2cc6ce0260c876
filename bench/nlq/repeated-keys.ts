import type { Ref, Scope } from "./gold-query.ts";
import type { SetSchema, SetTable } from "./question-set.ts";

/**
 * Completes composite keys of which the set names only the first column. If gold queries count rows by that column and
 * it belongs to another table, the next column is added to the key.
 */
export function withRepeatedKeys(schema: SetSchema, scopes: readonly Scope[]): SetSchema {
  const repeats = (table: SetTable) => table.primaryKey.length === 1 && scopes.some((scope) => countsBy(scope, table));
  const widened = schema.tables.map((table) =>
    repeats(table) ? { ...table, primaryKey: [...table.primaryKey, ...nextColumn(table)] } : table,
  );
  return { ...schema, tables: widened };
}

/** Tells whether the SELECT groups by the table's key, or by a table that the key belongs to. */
function countsBy(scope: Scope, table: SetTable): boolean {
  const grouped = scope.mentions.filter(({ role }) => role === "grouped").map(({ ref }) => ref);
  if (grouped.length === 0) return false;
  const isKey = (ref: Ref) => ref.table === table.name && ref.column === table.primaryKey[0];
  const owners = scope.equal
    .flatMap(([left, right]) => (isKey(left) ? [right] : isKey(right) ? [left] : []))
    .filter((ref) => belongsTo(table, ref));
  return owners.some((owner) => grouped.some((ref) => isKey(ref) || ref.alias === owner.alias));
}

/**
 * Tells whether a key refers to another table, by a foreign key or by name: `flights.airline` is a key of `airlines`.
 */
function belongsTo({ primaryKey, foreignKeys }: SetTable, owner: Ref): boolean {
  const [key] = primaryKey;
  if (foreignKeys.some(({ columns, table }) => columns[0] === key && table === owner.table)) return true;
  const stem = (name: string) =>
    name
      .toLowerCase()
      .replace(/_?(id|code)$/, "")
      .replaceAll("_", "")
      .replace(/s$/, "");
  return stem(key!) === stem(owner.table);
}

function nextColumn({ columns, primaryKey }: SetTable): string[] {
  const place = columns.findIndex(({ name }) => name === primaryKey[0]);
  return columns.slice(place + 1, place + 2).map(({ name }) => name);
}
