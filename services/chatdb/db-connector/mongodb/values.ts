import type { Document } from "mongodb";
import type { Json } from "../driver.ts";

/** A BSON value that the driver did not promote to a JavaScript type. */
type Bson = { _bsontype: string; value?: unknown; toString(): string; buffer?: Uint8Array; toJSON?(): unknown };

const isBson = (value: unknown): value is Bson => typeof value === "object" && value !== null && "_bsontype" in value;

/** The name that `$type` uses for each BSON type, and the lossless conversion to JSON. */
const types: Record<string, [name: string, decode: (value: Bson) => Json]> = {
  ObjectId: ["objectId", String],
  Decimal128: ["decimal", String],
  Int32: ["int", ({ value }) => value as number],
  Long: ["long", (value) => integer(value.toString())],
  Double: ["double", ({ value }) => (Number.isFinite(value) ? (value as number) : String(value))],
  Binary: ["binData", binary],
  UUID: ["binData", String],
  BSONRegExp: ["regex", (value) => JSON.stringify(value.toJSON?.() ?? String(value))],
  Timestamp: ["timestamp", (value) => value.toString()],
  Code: ["javascript", String],
  BSONSymbol: ["symbol", String],
  MinKey: ["minKey", () => "MinKey"],
  MaxKey: ["maxKey", () => "MaxKey"],
  DBRef: ["dbPointer", String],
};

/** Returns the name of a value's BSON type; for an array it includes the type of the first element. */
export function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (isBson(value)) return types[value._bsontype]?.[0] ?? value._bsontype;
  if (Array.isArray(value)) return value.length === 0 ? "array" : `array<${typeNameOf(value[0])}>`;
  if (value instanceof Date) return "date";
  if (value instanceof RegExp) return "regex";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : typeof value === "number" ? "double" : "object";
}

export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (isBson(value)) return types[value._bsontype]?.[1](value) ?? String(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : isoInstant(value);
  if (value instanceof RegExp) return String(value);
  if (typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]));
  return value as Json;
}

/** Returns the value at a path through nested documents. */
export function valueAt(document: Document, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isDocument(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    document,
  );
}

export function isDocument(value: unknown): value is Document {
  return (
    typeof value === "object" &&
    value !== null &&
    !isBson(value) &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp)
  );
}

function integer(text: string): Json {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** Drops empty milliseconds, as the other databases do. */
const isoInstant = (date: Date) => date.toISOString().replace(".000Z", "Z");

/** Formats binary data; subtype 4 is a UUID. */
function binary(value: Bson): Json {
  const {
    sub_type,
    buffer = new Uint8Array(),
    position = buffer.length,
  } = value as Bson & { sub_type?: number; position?: number };
  const hex = Buffer.from(buffer.subarray(0, position)).toString("hex");
  return sub_type === 4 && hex.length === 32 ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") : `\\x${hex}`;
}
