import { stringify, type Options } from "csv-stringify/sync";
import type { Batch, Json } from "./driver.ts";

/** How rows are written. */
export interface Format {
  format: "csv" | "json" | "ndjson";
  escape_formulas: boolean;
}

type Chunks = AsyncGenerator<string, void, undefined>;

/** Text of the rows, batch by batch: no more of them is held than one batch. */
export function encode(batches: AsyncIterable<Batch>, { format, escape_formulas }: Format): Chunks {
  return format === "csv" ? csv(batches, escape_formulas) : json(batches, format === "ndjson");
}

/** What spreadsheets take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection */
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

/** `a`, `a` and `b` as `a`, `a_2` and `b`. */
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
