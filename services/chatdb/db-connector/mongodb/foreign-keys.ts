import type { ForeignKey, Table } from "@chatdb/contracts/query.ts";
import type { Db, Document } from "mongodb";
import pluralize from "pluralize";
import { at, toJson } from "./values.ts";

/** What is known of a collection before its keys are inferred. */
export interface Collection {
  table: Table;
  documents: Document[];
}

/** Values of a field that are looked up in the other collection. */
const valuesTried = 50;

/**
 * The foreign keys that the names of fields tell and their values confirm, by collection: `customer_id` or `customerId` refers to
 * the collection `customers` if all of its values that are tried are there as `_id`, or as `id`.
 */
export async function inferForeignKeys(
  db: Db,
  collections: readonly Collection[],
  timeoutMs: number,
): Promise<Map<string, ForeignKey[]>> {
  const byName = new Map(
    collections
      .filter(({ table }) => table.kind === "table")
      .map((each) => [normal(pluralize.singular(each.table.name)), each]),
  );
  const found = new Map<string, ForeignKey[]>();
  for (const { table, documents } of collections) {
    const keys: ForeignKey[] = [];
    for (const { name } of table.columns) {
      const target = byName.get(referredBy(name));
      if (!target) continue;
      const references = await keyWith(db, target, valuesOf(documents, name), timeoutMs);
      if (references !== undefined)
        keys.push({ columns: [name], schema: table.schema, table: target.table.name, references: [references] });
    }
    found.set(table.name, keys);
  }
  return found;
}

/** `order_items` and `orderItems` are the same name. */
const normal = (name: string) => name.replaceAll(/[^\p{L}\p{N}]/gu, "").toLowerCase();

/** What the last part of a field's name refers to; empty where it is no such name. */
function referredBy(field: string): string {
  const last = field.split(".").at(-1)!;
  const name = /^(?<name>.+?)(?:_id|Id|ID)$/.exec(last)?.groups?.["name"] ?? "";
  return normal(name);
}

function valuesOf(documents: Collection["documents"], field: string): unknown[] {
  const values = new Map<string, unknown>();
  for (const document of documents) {
    const value = at(document, field.split("."));
    if (value !== null && value !== undefined && values.size < valuesTried)
      values.set(JSON.stringify(toJson(value)), value);
  }
  return [...values.values()];
}

/** The key of the collection that has all of the values. */
async function keyWith(
  db: Db,
  { table }: Collection,
  values: readonly unknown[],
  timeoutMs: number,
): Promise<string | undefined> {
  if (values.length === 0) return undefined;
  for (const key of ["_id", "id"].filter((each) => table.columns.some(({ name }) => name === each))) {
    const pipeline = [
      { $match: { [key]: { $in: values } } },
      { $group: { _id: `$${key}` } },
      { $group: { _id: null, count: { $sum: 1 } } },
    ];
    const [result] = await db
      .collection(table.name)
      .aggregate<{ count: number }>(pipeline, { maxTimeMS: timeoutMs })
      .toArray();
    if (result?.count === values.length) return key;
  }
  return undefined;
}
