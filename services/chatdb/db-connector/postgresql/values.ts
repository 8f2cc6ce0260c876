import pg from "pg";
import type { Json } from "../driver.ts";

type Decode = (text: string) => Json;

const { builtins } = pg.types;

const asText: Decode = (text) => text;

const integer: Decode = (text) => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
};

const float: Decode = (text) => {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
};

/** Converts `2024-05-01 10:30:00.5` to ISO 8601; `infinity` and years BC stay unchanged. */
const timestamp: Decode = (text) => text.replace(/^(\d{4,}-\d\d-\d\d) ([\d:.]+)(?:\+00)?$/, "$1T$2");
const instant: Decode = (text) => text.replace(/^(\d{4,}-\d\d-\d\d) ([\d:.]+)\+00$/, "$1T$2Z");

const json: Decode = (text) => JSON.parse(text) as Json;

const decoders = new Map<number, Decode>([
  [builtins.BOOL, (text) => text === "t"],
  [builtins.INT2, integer],
  [builtins.INT4, integer],
  [builtins.INT8, integer],
  [builtins.OID, integer],
  [builtins.FLOAT4, float],
  [builtins.FLOAT8, float],
  [builtins.TIMESTAMP, timestamp],
  [builtins.TIMESTAMPTZ, instant],
  [builtins.JSON, json],
  [builtins.JSONB, json],
]);

const textArray: number = 1009;

/** The element type of each array type, by oid: src/include/catalog/pg_type.dat of PostgreSQL. */
const arrays = new Map<number, number>([
  [1000, builtins.BOOL],
  [1005, builtins.INT2],
  [1007, builtins.INT4],
  [1016, builtins.INT8],
  [1028, builtins.OID],
  [1021, builtins.FLOAT4],
  [1022, builtins.FLOAT8],
  [1231, builtins.NUMERIC],
  [textArray, builtins.TEXT],
  [1015, builtins.VARCHAR],
  [1002, 18 /* "char" */],
  [1003, 19 /* name */],
  [1014, builtins.BPCHAR],
  [1182, builtins.DATE],
  [1115, builtins.TIMESTAMP],
  [1185, builtins.TIMESTAMPTZ],
  [2951, builtins.UUID],
  [199, builtins.JSON],
  [3807, builtins.JSONB],
]);

/** Returns the function that converts a type's text to JSON without loss, as the contract of query results demands. */
export function decoderOf(oid: number): Decode {
  const element = arrays.get(oid);
  if (element === undefined) return decoders.get(oid) ?? asText;
  const decode = decoderOf(element);
  return (text) => decodeElements(parseArray(text), decode);
}

type Nested = string | null | Nested[];

/** Parses arrays of any depth with the driver's parser of `text[]`, which returns the elements as text. */
const parseArray = pg.types.getTypeParser(textArray) as (text: string) => Nested;

function decodeElements(value: Nested, decode: Decode): Json {
  if (Array.isArray(value)) return value.map((each) => decodeElements(each, decode));
  return value === null ? null : decode(value);
}

/** Reads the name of every type, as the server prints it, by oid. */
export async function readTypeNames(client: pg.ClientBase): Promise<Map<number, string>> {
  const { rows } = await client.query<[number, string]>({
    text: "SELECT oid, format_type(oid, NULL) FROM pg_type",
    rowMode: "array",
  });
  return new Map(rows);
}
