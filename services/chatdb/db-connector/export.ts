import { stringify, type Options } from "csv-stringify/sync";
import type { Batch, Json } from "./driver.ts";

/** The format of an exported file. */
export interface ExportFormat {
  format: "csv" | "json" | "ndjson";
  escape_formulas: boolean;
}

type Chunks = AsyncGenerator<string, void, undefined>;

/** Encodes rows batch by batch, so that memory holds one batch only. */
export function encodeRows(batches: AsyncIterable<Batch>, { format, escape_formulas }: ExportFormat): Chunks {
  return format === "csv" ? csv(batches, escape_formulas) : json(batches, format === "ndjson");
}

/** Spreadsheets take text that begins so for a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const formula = /^[=+\-@\t\r]/;
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

async function* csv(batches: AsyncIterable<Batch>, escapeFormulas: boolean): Chunks {
  const text = (value: string) => {
    if (value === "") return { value, quoted_empty: true };
    return escapeFormulas && formula.test(value) && !number.test(value) ? `'${value}` : value;
  };
  const options: Options = { record_delimiter: "windows", cast: { boolean: String, string: text } };
  let begun = false;
  for await (const { columns, rows } of batches) {
    const header = begun ? [] : [columns.map(({ name }) => name)];
    begun = true;
    yield stringify([...header, ...rows], options);
  }
}

async function* json(batches: AsyncIterable<Batch>, lines: boolean): Chunks {
  let names: string[] | undefined;
  let separator = "";
  if (!lines) yield "[";
  for await (const { columns, rows } of batches) {
    names ??= distinct(columns.map(({ name }) => name));
    const objects = rows.map((row) =>
      JSON.stringify(Object.fromEntries(row.map((value, index): [string, Json] => [names![index]!, value]))),
    );
    if (objects.length === 0) continue;
    yield lines ? `${objects.join("\n")}\n` : separator + objects.join(",\n");
    separator = ",\n";
  }
  if (!lines) yield "]\n";
}

/** Numbers equal names: `a`, `a` and `b` become `a`, `a_2` and `b`. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set(names);
  return names.map((name, index) => {
    if (names.indexOf(name) === index) return name;
    let number = 2;
    while (taken.has(`${name}_${number}`)) number += 1;
    taken.add(`${name}_${number}`);
    return `${name}_${number}`;
  });
}
