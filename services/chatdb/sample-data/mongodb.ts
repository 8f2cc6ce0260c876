import { Decimal128, type Db, type Document } from "mongodb";
import { generateShop, type Shop } from "./shop.ts";
import { tableList, type SampleColumn, type SampleTable } from "./tables.ts";

/**
 * Creates and fills the collections of the sample shop: a document for each row, with the key as `_id` and the foreign
 * keys unchanged.
 * @throws the server's error, for example when the documents exist already
 */
export async function loadMongodb(db: Db, shop: Shop = generateShop()): Promise<void> {
  for (const [name, table] of tableList) {
    const collection = await db.createCollection<Document & { _id: number }>(name, {
      validator: { $jsonSchema: schemaOf(table) },
    });
    await collection.insertMany(shop[name].map((row) => documentOf(row, table.columns)));
    const indexes = [
      ...(table.indexes ?? []).map((fields) => ({ fields, unique: false })),
      ...(table.unique ? [{ fields: table.unique, unique: true }] : []),
    ];
    for (const { fields, unique } of indexes)
      await collection.createIndex(Object.fromEntries(fields.map((field) => [field, 1])), { unique });
  }
}

function schemaOf({ comment, columns }: SampleTable<Record<string, unknown>>): Document {
  const described = Object.entries(columns).flatMap(([name, { comment }]) =>
    comment ? [[name, { description: comment }]] : [],
  );
  return { ...(comment && { description: comment }), properties: Object.fromEntries(described) as Document };
}

function documentOf(row: object, columns: Record<string, SampleColumn>): Document & { _id: number } {
  const { id, ...fields } = row as Record<string, string | number>;
  return {
    _id: id as number,
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, valueOf(value, columns[name]!.type)])),
  };
}

function valueOf(value: string | number, type: SampleColumn["type"]): unknown {
  if (type === "instant") return new Date(value);
  return type === "decimal" ? Decimal128.fromString(String(value)) : value;
}
