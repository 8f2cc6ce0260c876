import type { DataSource } from "@chatdb/contracts/data-sources.ts";
import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { printable, tableText } from "./table.ts";

const text = (name: string) => ({ name, type: "text" });

export const sourceColumns = ["name", "kind", "address", "database", "tls"];

export const sourceRows = (sources: readonly DataSource[]) =>
  sources.map(({ name, dialect, host, port, database, tls }) => [name, dialect, `${host}:${port}`, database, tls]);

export function sourcesText(sources: readonly DataSource[], width: number): string {
  return sources.length === 0
    ? "There is no data source."
    : tableText(sourceColumns.map(text), sourceRows(sources), width);
}

export function schemaText({ tables }: DatabaseSchema, width: number): string {
  return tables.length === 0
    ? "There is no table that may be read."
    : tables.map((table) => `${headOf(table)}\n${columnsOf(table, width)}`).join("\n\n");
}

function headOf({ name, kind, comment, rowEstimate }: Table): string {
  const notes = [
    kind === "view" ? "view" : undefined,
    rowEstimate === undefined ? undefined : `about ${rowEstimate} rows`,
    comment,
  ].filter((each) => each !== undefined);
  return printable(notes.length === 0 ? name : `${name}: ${notes.join(", ")}`);
}

function columnsOf({ columns, primaryKey, foreignKeys }: Table, width: number): string {
  const rows = columns.map(({ name, type, nullable, comment, samples = [] }) => {
    const refers = foreignKeys.filter((key) => key.columns.includes(name)).map((key) => `refers to ${key.table}`);
    const key = [...(primaryKey.includes(name) ? ["key"] : []), ...(nullable ? ["may be null"] : []), ...refers];
    return [
      name,
      type,
      key.join(", "),
      [...(comment === undefined ? [] : [comment]), ...(samples.length > 0 ? [samples.join(", ")] : [])].join(": "),
    ];
  });
  return tableText([text("column"), text("type"), text("notes"), text("about")], rows, width);
}
