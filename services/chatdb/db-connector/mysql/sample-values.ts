import type { Table } from "@chatdb/contracts/query.ts";
import mysql from "mysql2";
import { maxSampleLength, maxSamples, maxRowsSampled, samplesToKeep } from "../sampling.ts";
import type { Session } from "./session.ts";

const textual = /^(char|varchar|tinytext|text|mediumtext|longtext)\b/i;

/** Adds sample values to the text columns that have few distinct values. */
export async function withSamples(session: Session, table: Table): Promise<Table> {
  // A view may compute for long before it returns its first row.
  if (table.kind === "view") return table;
  const columns: Table["columns"] = [];
  for (const column of table.columns) {
    const wanted = !column.samples && textual.test(column.type) && !table.primaryKey.includes(column.name);
    const samples = wanted
      ? samplesToKeep((await session.query<[string][]>(samplesSql(table, column.name))).map(([value]) => value))
      : undefined;
    columns.push(samples ? { ...column, samples } : column);
  }
  return { ...table, columns };
}

/** Selects the distinct values; one value and one character more than kept show an excess. */
function samplesSql({ schema, name }: Table, column: string): string {
  const quoted = quote(column);
  const seen = `SELECT ${quoted} FROM ${quote(schema)}.${quote(name)} LIMIT ${maxRowsSampled}`;
  return `SELECT DISTINCT left(${quoted}, ${maxSampleLength + 1}) FROM (${seen}) AS seen WHERE ${quoted} IS NOT NULL LIMIT ${maxSamples + 1}`;
}

/** Quotes an identifier; a dot is part of the name. */
const quote = (name: string) => mysql.escapeId(name, true);
