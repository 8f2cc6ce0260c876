import type { Column, Table } from "@chatdb/contracts/query.ts";
import pg from "pg";
import { maxSampleLength, maxSamples, rowsSampled, samplesOf } from "../driver.ts";

const textual = /^(text|citext|character|character varying|name|"char")(\(\d+\))?$/;

/** The columns of the table that hold text, each with its distinct values where they are few. */
export async function withSamples(client: pg.ClientBase, table: Table): Promise<Table> {
  // A view may compute anything before it gives its first row.
  if (table.kind === "view") return table;
  const wanted = table.columns.filter(
    ({ name, type, samples }) => !samples && textual.test(type) && !table.primaryKey.includes(name),
  );
  if (wanted.length === 0) return table;
  const { rows } = await client.query<(string[] | null)[]>({ text: samplesSql(table, wanted), rowMode: "array" });
  const samples = new Map(wanted.map(({ name }, index) => [name, samplesOf(rows[0]?.[index])]));
  return {
    ...table,
    columns: table.columns.map((column) => {
      const values = samples.get(column.name);
      return values ? { ...column, samples: values } : column;
    }),
  };
}

/** One row; for each column an array of up to one more value than is kept, cut to one more character. */
function samplesSql(table: Table, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => pg.escapeIdentifier(name));
  const arrays = names.map(
    (name) =>
      `ARRAY(SELECT DISTINCT left(${name}::text, ${maxSampleLength + 1}) FROM seen WHERE ${name} IS NOT NULL LIMIT ${maxSamples + 1})`,
  );
  const from = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;
  return `WITH seen AS MATERIALIZED (SELECT ${names.join(", ")} FROM ${from} LIMIT ${rowsSampled}) SELECT ${arrays.join(", ")}`;
}
