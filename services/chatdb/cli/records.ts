import type { Columns, Rows } from "@chatdb/contracts/values.ts";
import { stringify } from "csv-stringify/sync";
import type { Settings } from "./options.ts";
import { tableText } from "./table.ts";
import { print, report, widthOf, type Terminal } from "./terminal.ts";

/** The result of a command, for any of the output formats. */
export interface Records {
  /** The gateway's whole answer. */
  value: unknown;
  columns: readonly string[];
  rows: Rows;
  /** The message that replaces a table without rows. */
  none?: string;
}

/** Names of right-aligned columns. */
const numeric = new Set([
  "version",
  "latest",
  "production",
  "staging",
  "progress",
  "attempt",
  "bytes",
  "from",
  "to",
  "difference",
  "contribution",
  "probability",
]);

export function printRecords(
  { value, columns, rows, none }: Records,
  { format }: Pick<Settings, "format">,
  terminal: Terminal,
): void {
  if (format === "json") return print(terminal, JSON.stringify(value, undefined, 2));
  if (format === "csv") return void terminal.stdout.write(csvText([[...columns], ...rows]));
  if (rows.length === 0 && none !== undefined) return report(terminal, none);
  const typed: Columns = columns.map((name) => ({ name, type: numeric.has(name) ? "double" : "text" }));
  print(terminal, tableText(typed, rows, widthOf(terminal)));
}

/** Formats rows as CSV (RFC 4180). */
export const csvText = (rows: readonly (readonly unknown[])[]): string =>
  stringify(rows as unknown[][], { record_delimiter: "windows" });
