import type { Table } from "@chatdb/contracts/query.ts";
import mysql from "mysql2";
import { maxSampleLength, maxSamples, rowsSampled, samplesOf } from "../driver.ts";
import type { Session } from "./pool.ts";

const textual = /^(char|varchar|tinytext|text|mediumtext|longtext)\b/i;

/** The columns of the table that hold text, each with its distinct values where they are few. */
export async function withSamples(session: Session, table: Table): Promise<Table> {
  // A view may compute anything before it gives its first row.
  if (table.kind === "view") return table;
  const columns: Table["columns"] = [];
  for (const column of table.columns) {
    const wanted = !column.samples && textual.test(column.type) && !table.primaryKey.includes(column.name);
    const samples = wanted
      ? samplesOf((await session.query<[string][]>(samplesSql(table, column.name))).map(([value]) => value))
      : undefined;
    columns.push(samples ? { ...column, samples } : column);
  }
  return { ...table, columns };
}

/** Up to one more value than is kept, cut to one more character. */
function samplesSql({ schema, name }: Table, column: string): string {
  const quoted = quote(column);
  const seen = `SELECT ${quoted} FROM ${quote(schema)}.${quote(name)} LIMIT ${rowsSampled}`;
  return `SELECT DISTINCT left(${quoted}, ${maxSampleLength + 1}) FROM (${seen}) AS seen WHERE ${quoted} IS NOT NULL LIMIT ${maxSamples + 1}`;
}

/** A name with a dot in it is one name. */
const quote = (name: string) => mysql.escapeId(name, true);
