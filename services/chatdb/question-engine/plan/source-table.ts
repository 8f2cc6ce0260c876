import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import type { Join, Source } from "./plan.ts";

export const tableOf = (source: Source, schema: DatabaseSchema): Table | undefined =>
  schema.tables.find(({ schema: space, name }) => space === source.schema && name === source.table);

/** A row has at most one of what is joined: all of its key is asked for. */
export function isToOne(join: Join, schema: DatabaseSchema): boolean {
  const key = tableOf(join, schema)?.primaryKey ?? [];
  return key.length > 0 && key.every((column) => join.on.some(({ right }) => right === column));
}
