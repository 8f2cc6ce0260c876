import type { DatabaseSchema, ForeignKey, Table } from "@chatdb/contracts/query.ts";
import { areComparable } from "../column-kind.ts";
import { singular, wordsOfName } from "../language/tokens.ts";

/** Key names that many tables have, so they identify no table. */
const anyonesNames = new Set(["id", "code", "name", "key", "no", "number"]);

/**
 * Returns the foreign keys of a table: the declared ones, and for columns without one those that names suggest
 * (`customer_id`, if customers have a key `customer_id` or `id`).
 */
export function foreignKeysOf(table: Table, schema: DatabaseSchema): readonly ForeignKey[] {
  const declared = new Set(table.foreignKeys.flatMap(({ columns }) => columns));
  const own = table.primaryKey.length === 1 ? table.primaryKey[0] : undefined;
  const inferred = table.columns.flatMap((column): ForeignKey[] => {
    if (declared.has(column.name) || column.name === own) return [];
    const said = wordsOfName(column.name);
    const found = schema.tables.filter((other) => {
      const key =
        other !== table && other.primaryKey.length === 1
          ? other.columns.find(({ name }) => name === other.primaryKey[0])
          : undefined;
      if (!key || !areComparable(column, key)) return false;
      const words = wordsOfName(key.name);
      if (said.join(" ") === words.join(" ")) return !anyonesNames.has(words.join(" "));
      return said.join(" ") === [...wordsOfName(other.name).map(singular), ...words].join(" ");
    });
    const [only] = found;
    return only && found.length === 1
      ? [{ columns: [column.name], schema: only.schema, table: only.name, references: [only.primaryKey[0]!] }]
      : [];
  });
  return [...table.foreignKeys, ...inferred];
}
