import type { Column, Table } from "@chatdb/contracts/query.ts";
import pg from "pg";
import { maxSampleLength, maxSamples, maxRowsSampled, samplesToKeep } from "../sampling.ts";

const textual = /^(text|citext|character|character varying|name|"char")(\(\d+\))?$/;

/** Adds sample values to the text columns that have few distinct values. */
export async function withSamples(client: pg.ClientBase, table: Table): Promise<Table> {
  // A view may compute for long before it returns its first row.
  if (table.kind === "view") return table;
  const wanted = table.columns.filter(
    ({ name, type, samples }) => !samples && textual.test(type) && !table.primaryKey.includes(name),
  );
  if (wanted.length === 0) return table;
  const { rows } = await client.query<(string[] | null)[]>({ text: samplesSql(table, wanted), rowMode: "array" });
  const samples = new Map(wanted.map(({ name }, index) => [name, samplesToKeep(rows[0]?.[index])]));
  return {
    ...table,
    columns: table.columns.map((column) => {
      const values = samples.get(column.name);
      return values ? { ...column, samples: values } : column;
    }),
  };
}

/** Selects one row with an array of values a column; one value and one character more than kept show an excess. */
function samplesSql(table: Table, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => pg.escapeIdentifier(name));
  const arrays = names.map(
    (name) =>
      `ARRAY(SELECT DISTINCT left(${name}::text, ${maxSampleLength + 1}) FROM seen WHERE ${name} IS NOT NULL LIMIT ${maxSamples + 1})`,
  );
  const from = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;
  return `WITH seen AS MATERIALIZED (SELECT ${names.join(", ")} FROM ${from} LIMIT ${maxRowsSampled}) SELECT ${arrays.join(", ")}`;
}
