import type { Column, ForeignKey, Table } from "@chatdb/contracts/query.ts";
import type { CollectionInfo, Db, Document } from "mongodb";
import { inferForeignKeys, type Collection } from "./foreign-keys.ts";
import { isDocument, typeNameOf } from "./values.ts";

/** The number of documents sampled from each collection: half of them the first by key, half the last. */
const sampleSize = 500;

/** A document nested deeper than this is a single column. */
const maxDepth = 4;

/** Reads the collections and views of the database, with the fields of sampled documents. */
export async function introspect(db: Db, timeoutMs: number): Promise<Table[]> {
  const infos = (await db
    .listCollections({}, { authorizedCollections: true, nameOnly: false, maxTimeMS: timeoutMs } as object)
    .toArray()) as CollectionInfo[];
  const collections: Collection[] = [];
  for (const info of infos
    .filter(({ name }) => !name.startsWith("system."))
    .sort((a, b) => (a.name < b.name ? -1 : 1))) {
    collections.push(await inspectCollection(db, info, timeoutMs));
  }
  const keys = await inferForeignKeys(db, collections, timeoutMs);
  return collections.map(({ table }) => ({ ...table, foreignKeys: keys.get(table.name) ?? ([] as ForeignKey[]) }));
}

async function inspectCollection(
  db: Db,
  { name, type, options }: CollectionInfo,
  timeoutMs: number,
): Promise<Collection> {
  const collection = db.collection(name, { promoteValues: false, bsonRegExp: true });
  const half = sampleSize / 2;
  const isView = type === "view";
  const first = await collection
    .find({}, { limit: isView ? sampleSize : half, ...(isView ? {} : { sort: { _id: 1 } }), maxTimeMS: timeoutMs })
    .toArray();
  const last =
    isView || first.length < half
      ? []
      : await collection.find({}, { limit: half, sort: { _id: -1 }, maxTimeMS: timeoutMs }).toArray();
  const documents = [...first, ...last];
  const described = (options?.["validator"] as Document | undefined)?.["$jsonSchema"] as JsonSchema | undefined;
  const comment = described?.description ?? described?.title;
  const table: Table = {
    schema: db.databaseName,
    name,
    kind: isView ? "view" : "table",
    ...(comment === undefined ? {} : { comment }),
    columns: columnsOf(documents, described),
    primaryKey: isView ? [] : ["_id"],
    foreignKeys: [],
    ...(isView ? {} : { rowEstimate: await collection.estimatedDocumentCount({ maxTimeMS: timeoutMs }) }),
  };
  return { table, documents };
}

interface JsonSchema {
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
}

interface Field {
  /** The number of documents in which the field exists and is not null. */
  seen: number;
  types: Map<string, number>;
}

const newField = (): Field => ({ seen: 0, types: new Map() });

function columnsOf(documents: readonly Document[], described: JsonSchema | undefined): Column[] {
  // MongoDB puts the key first.
  const fields = new Map<string, Field>(documents.length > 0 && "_id" in documents[0]! ? [["_id", newField()]] : []);
  for (const document of documents) countFields(document, "", 1, fields);
  return [...fields].map(([name, { seen, types }]) => {
    const comment = commentOf(name, described);
    return {
      name,
      type: typeOf(types),
      nullable: seen < documents.length,
      ...(comment === undefined ? {} : { comment }),
    };
  });
}

function countFields(document: Document, prefix: string, depth: number, fields: Map<string, Field>): void {
  for (const [key, value] of Object.entries(document)) {
    // A pipeline has no path to such a field.
    if (key === "" || key.includes(".") || key.startsWith("$")) continue;
    if (isDocument(value) && depth < maxDepth && Object.keys(value).length > 0) {
      countFields(value, `${prefix}${key}.`, depth + 1, fields);
      continue;
    }
    const field = fields.get(prefix + key) ?? newField();
    fields.set(prefix + key, field);
    const type = typeNameOf(value);
    if (type === "null") continue;
    field.seen += 1;
    field.types.set(type, (field.types.get(type) ?? 0) + 1);
  }
}

/** Number types from narrow to wide: each type holds the values of those before it. */
const numbers = ["int", "long", "double", "decimal"];

/** Joins the types, the most frequent first; the widest number type stands for all number types. */
function typeOf(types: ReadonlyMap<string, number>): string {
  const widest = numbers.findLast((number) => types.has(number));
  const merged = Map.groupBy(types, ([type]) => (numbers.includes(type) ? widest! : type));
  const total = (entries: [string, number][]) => entries.reduce((sum, [, times]) => sum + times, 0);
  const sorted = [...merged].sort(([, a], [, b]) => total(b) - total(a)).map(([type]) => type);
  return sorted.length === 0 ? "null" : sorted.join(" | ");
}

function commentOf(name: string, described: JsonSchema | undefined): string | undefined {
  const schema = name.split(".").reduce<JsonSchema | undefined>((inner, key) => inner?.properties?.[key], described);
  return schema?.description ?? schema?.title;
}
