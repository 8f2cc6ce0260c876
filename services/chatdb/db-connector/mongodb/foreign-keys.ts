import type { ForeignKey, Table } from "@chatdb/contracts/query.ts";
import type { Db, Document } from "mongodb";
import pluralize from "pluralize";
import { toJson, valueAt } from "./values.ts";

/** A collection before its foreign keys are inferred, with sampled documents. */
export interface Collection {
  table: Table;
  documents: Document[];
}

/** The maximum number of a field's values that are looked up in the other collection. */
const maxValuesTried = 50;

/**
 * Infers foreign keys from the names of fields and confirms them by values: `customer_id` or `customerId` refers to the
 * collection `customers` if all tried values exist there as `_id`, or as `id`. Returns them by collection.
 */
export async function inferForeignKeys(
  db: Db,
  collections: readonly Collection[],
  timeoutMs: number,
): Promise<Map<string, ForeignKey[]>> {
  const byName = new Map(
    collections
      .filter(({ table }) => table.kind === "table")
      .map((each) => [normalize(pluralize.singular(each.table.name)), each]),
  );
  const found = new Map<string, ForeignKey[]>();
  for (const { table, documents } of collections) {
    const keys: ForeignKey[] = [];
    for (const { name } of table.columns) {
      const target = byName.get(referencedName(name));
      if (!target) continue;
      const references = await findKey(db, target, valuesOf(documents, name), timeoutMs);
      if (references !== undefined)
        keys.push({ columns: [name], schema: table.schema, table: target.table.name, references: [references] });
    }
    found.set(table.name, keys);
  }
  return found;
}

/** Makes `order_items` and `orderItems` the same name. */
const normalize = (name: string) => name.replaceAll(/[^\p{L}\p{N}]/gu, "").toLowerCase();

/** Returns the name that the last part of a field's path refers to, or an empty text. */
function referencedName(field: string): string {
  const last = field.split(".").at(-1)!;
  const name = /^(?<name>.+?)(?:_id|Id|ID)$/.exec(last)?.groups?.["name"] ?? "";
  return normalize(name);
}

function valuesOf(documents: Collection["documents"], field: string): unknown[] {
  const values = new Map<string, unknown>();
  for (const document of documents) {
    const value = valueAt(document, field.split("."));
    if (value !== null && value !== undefined && values.size < maxValuesTried)
      values.set(JSON.stringify(toJson(value)), value);
  }
  return [...values.values()];
}

/** Finds the key that has all of the values, if any. */
async function findKey(
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
