import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ModelSchema } from "@chatdb/contracts/predictions.ts";
import type { Rows } from "@chatdb/contracts/values.ts";
import { parse } from "csv-parse";
import type { Gateway } from "./gateway.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { featureValues } from "./feature-values.ts";
import { csvText, printRecords } from "./records.ts";
import type { Terminal } from "./terminal.ts";

/** Rows in one request. */
const batchSize = 1000;

type Row = Record<string, string>;

/** Prints each row of a CSV file with its prediction. CSV output is streamed; tables and JSON are collected first. */
export async function predictFile(
  file: string,
  schema: ModelSchema,
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const { format, explain } = settings;
  const head = `predicted_${schema.target}`;
  const kept: { rows: Rows; values: unknown[]; columns: string[] } = { rows: [], values: [], columns: [] };
  await pipeline(
    createReadStream(file),
    parse({ columns: true, bom: true, skip_empty_lines: true, trim: true }),
    async (rows: AsyncIterable<Row>) => {
      for await (const part of batches(rows)) {
        const { predictions } = await gateway.predictBatch(
          schema.model.name,
          schema.model.version,
          part.map((row) => featureValues(row, schema)),
          explain,
        );
        const predicted = part.map((row, at) => [...Object.values(row), predictions[at]!.prediction]);
        if (kept.columns.length === 0) {
          kept.columns = [...Object.keys(part[0]!), head];
          if (format === "csv") terminal.stdout.write(csvText([kept.columns]));
        }
        if (format === "csv") terminal.stdout.write(csvText(predicted));
        else if (format === "json") kept.values.push(...part.map((row, at) => ({ row, ...predictions[at] })));
        else kept.rows.push(...predicted);
      }
    },
  );
  if (format !== "csv")
    printRecords(
      { value: kept.values, columns: kept.columns, rows: kept.rows, none: `${file} has no rows.` },
      settings,
      terminal,
    );
  return exitCodes.success;
}

async function* batches(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let part: Row[] = [];
  for await (const row of rows) {
    part.push(row);
    if (part.length < batchSize) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
