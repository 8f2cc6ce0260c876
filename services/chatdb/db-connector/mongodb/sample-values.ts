import type { Table } from "@chatdb/contracts/query.ts";
import type { Db } from "mongodb";
import { maxSamples, maxRowsSampled, samplesToKeep } from "../sampling.ts";

/** Adds sample values to the text columns that have few distinct values. */
export async function withSamples(db: Db, table: Table, timeoutMs: number): Promise<Table> {
  // A view may compute for long before it returns its first document.
  if (table.kind === "view") return table;
  const columns: Table["columns"] = [];
  for (const column of table.columns) {
    const wanted = column.type === "string" && !table.primaryKey.includes(column.name);
    const samples = wanted ? samplesToKeep(await distinct(db, table.name, column.name, timeoutMs)) : undefined;
    columns.push(samples ? { ...column, samples } : column);
  }
  return { ...table, columns };
}

/** Reads the distinct values; one more than kept shows an excess. */
async function distinct(db: Db, collection: string, field: string, maxTimeMS: number): Promise<string[]> {
  const pipeline = [
    { $limit: maxRowsSampled },
    { $group: { _id: `$${field}` } },
    { $match: { _id: { $ne: null } } },
    { $limit: maxSamples + 1 },
  ];
  const found = await db.collection(collection).aggregate<{ _id: unknown }>(pipeline, { maxTimeMS }).toArray();
  return found.map(({ _id }) => _id).filter((value) => typeof value === "string");
}
