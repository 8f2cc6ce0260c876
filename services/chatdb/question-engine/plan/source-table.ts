import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import type { Join, Source } from "./plan.ts";

export const tableOf = (source: Source, schema: DatabaseSchema): Table | undefined =>
  schema.tables.find(({ schema: space, name }) => space === source.schema && name === source.table);

/** Tells whether a join matches at most one row, because its conditions cover the whole primary key. */
export function isToOne(join: Join, schema: DatabaseSchema): boolean {
  const key = tableOf(join, schema)?.primaryKey ?? [];
  return key.length > 0 && key.every((column) => join.on.some(({ right }) => right === column));
}
