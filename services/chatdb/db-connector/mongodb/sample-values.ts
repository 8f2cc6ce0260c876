import type { Table } from "@chatdb/contracts/query.ts";
import type { Db } from "mongodb";
import { maxSamples, rowsSampled, samplesOf } from "../driver.ts";

/** The columns of the table that hold text, each with its distinct values where they are few. */
export async function withSamples(db: Db, table: Table, timeoutMs: number): Promise<Table> {
  // A view may compute anything before it gives its first document.
  if (table.kind === "view") return table;
  const columns: Table["columns"] = [];
  for (const column of table.columns) {
    const wanted = column.type === "string" && !table.primaryKey.includes(column.name);
    const samples = wanted ? samplesOf(await distinct(db, table.name, column.name, timeoutMs)) : undefined;
    columns.push(samples ? { ...column, samples } : column);
  }
  return { ...table, columns };
}

/** Up to one more value than is kept. */
async function distinct(db: Db, collection: string, field: string, maxTimeMS: number): Promise<string[]> {
  const pipeline = [
    { $limit: rowsSampled },
    { $group: { _id: `$${field}` } },
    { $match: { _id: { $ne: null } } },
    { $limit: maxSamples + 1 },
  ];
  const found = await db.collection(collection).aggregate<{ _id: unknown }>(pipeline, { maxTimeMS }).toArray();
  return found.map(({ _id }) => _id).filter((value) => typeof value === "string");
}
