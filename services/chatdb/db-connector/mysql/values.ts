import mysql, { type FieldPacket } from "mysql2";
import type { Json } from "../driver.ts";

const { Types } = mysql;

/** Collation 63, `binary`: bytes, not text. */
const binaryCharset = 63;

/**
 * Bits in a column's flags:
 * https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__column__definition__flags.html
 */
const flag = { unsigned: 32, enum: 256, set: 2048 };

/** A column with the members that the driver's types omit. */
type Field = FieldPacket & {
  characterSet?: number;
  columnLength?: number;
  extendedFormat?: string;
  extendedTypeName?: string;
};

const typeOf = (field: Field) => field.columnType ?? Types.NULL;
const isBinary = (field: Field) => field.characterSet === binaryCharset;
const has = (field: Field, bit: number) => (Number(field.flags) & bit) !== 0;

const names = new Map<number, string>([
  [Types.TINY, "tinyint"],
  [Types.SHORT, "smallint"],
  [Types.INT24, "mediumint"],
  [Types.LONG, "int"],
  [Types.LONGLONG, "bigint"],
  [Types.DECIMAL, "decimal"],
  [Types.NEWDECIMAL, "decimal"],
  [Types.FLOAT, "float"],
  [Types.DOUBLE, "double"],
  [Types.DATE, "date"],
  [Types.NEWDATE, "date"],
  [Types.DATETIME, "datetime"],
  [Types.TIMESTAMP, "timestamp"],
  [Types.TIME, "time"],
  [Types.YEAR, "year"],
  [Types.BIT, "bit"],
  [Types.JSON, "json"],
  [Types.GEOMETRY, "geometry"],
  [Types.NULL, "null"],
]);

const numeric = new Set([
  Types.TINY,
  Types.SHORT,
  Types.INT24,
  Types.LONG,
  Types.LONGLONG,
  Types.NEWDECIMAL,
  Types.FLOAT,
  Types.DOUBLE,
]);

/** Returns the name of a result column's type, without its length. */
export function typeNameOf(field: Field): string {
  const type = typeOf(field);
  if (field.extendedFormat === "json") return "json";
  if (field.extendedTypeName !== undefined) return field.extendedTypeName;
  if (has(field, flag.enum)) return "enum";
  if (has(field, flag.set)) return "set";
  const name = names.get(type);
  if (name !== undefined) return numeric.has(type) && has(field, flag.unsigned) ? `${name} unsigned` : name;
  if (type === Types.STRING) return isBinary(field) ? "binary" : "char";
  if (type === Types.VAR_STRING || type === Types.VARCHAR) return isBinary(field) ? "varbinary" : "varchar";
  return isBinary(field) ? "blob" : "text";
}

type Decode = (value: unknown) => Json;

const asIs: Decode = (value) => value as Json;
const hex: Decode = (value) => (Buffer.isBuffer(value) ? `\\x${value.toString("hex")}` : (value as Json));
/** Converts to ISO 8601; the zero date `0000-00-00` stays unchanged. */
const dateTime: Decode = (value) => String(value).replace(/^(?!0000-00-00)(\d{4}-\d\d-\d\d) /, "$1T");
const instant: Decode = (value) => String(value).replace(/^(?!0000-00-00)(\d{4}-\d\d-\d\d) (.*)$/, "$1T$2Z");

/** Returns the shortest decimal that rounds to this single-precision number, as MySQL prints it. */
const float: Decode = (value) => {
  const number = value as number;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(number.toPrecision(digits));
    if (Math.fround(short) === number) return short;
  }
  return number;
};

/** Drops an empty fraction: the binary protocol sends `-838:59:59.000000`. */
const time: Decode = (value) => String(value).replace(/\.0+$/, "");

const decoders = new Map<number, Decode>([
  [Types.DATETIME, dateTime],
  [Types.TIMESTAMP, instant],
  [Types.FLOAT, float],
  [Types.TIME, time],
]);

/**
 * Returns the function that converts a column's values to JSON without loss, as the contract of query results demands.
 */
export function decoderOf(field: Field): Decode {
  if (field.extendedFormat === "json") return asIs;
  return decoders.get(typeOf(field)) ?? (isBinary(field) ? hex : asIs);
}
