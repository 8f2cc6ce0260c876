import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { ColumnBuilder, type Column } from "./column.ts";
import { JobError } from "./job-error.ts";
import { ProblemList } from "./problem-list.ts";

/** A dataset in memory, column by column. */
export interface Dataset {
  columns: Column[];
  /** Where each row stands in the file, as a spreadsheet counts: the header is row 1. */
  rowNumbers: number[];
  /** Of the file's bytes. */
  sha256: string;
}

/**
 * Reads a CSV file (RFC 4180: commas, quotes, a header row; UTF-8) from a stream.
 * Throws a JobError that names rows and columns as a spreadsheet numbers them: the header is row 1.
 */
export async function readDataset(file: Readable): Promise<Dataset> {
  const hash = createHash("sha256");
  const records = parse({ bom: true, trim: true, relax_column_count: true });
  file.on("data", (chunk: Buffer) => hash.update(chunk));
  file.on("error", (error) => records.destroy(error));
  file.pipe(records);
  const table = await readRecords(records as AsyncIterable<string[]>);
  return { ...table, sha256: hash.digest("hex") };
}

async function readRecords(records: AsyncIterable<string[]>): Promise<Omit<Dataset, "sha256">> {
  const problems = new ProblemList();
  const rowNumbers: number[] = [];
  let columns: ColumnBuilder[] | undefined;
  let row = 0;
  try {
    for await (const record of records) {
      row++;
      const blank = record.length === 1 && record[0] === "";
      if (blank) continue;
      if (columns === undefined) {
        columns = checkHeader(record).map((name) => new ColumnBuilder(name, problems));
      } else if (record.length !== columns.length) {
        problems.add(`row ${row}: ${record.length} cells where the header has ${columns.length}`);
      } else {
        for (let index = 0; index < columns.length; index++) columns[index]!.add(record[index]!, row);
        rowNumbers.push(row);
      }
    }
  } catch (error) {
    if (error instanceof CsvError) throw new JobError(`The dataset is not valid CSV. ${error.message}`, { cause: error });
    throw error;
  }
  if (columns === undefined) throw new JobError("The dataset is empty: its first row must name the columns.");
  const finished = columns.map((column) => column.finish());
  problems.throwIfAny("The dataset has cells that cannot be used.");
  return { columns: finished, rowNumbers };
}

function checkHeader(names: string[]): string[] {
  const problems = new ProblemList();
  names.forEach((name, index) => {
    if (name === "") problems.add(`column ${index + 1} has no name`);
    else if (names.indexOf(name) < index) problems.add(`column ${index + 1}: the name "${name}" is taken`);
  });
  if (names.length < 2) problems.add(`only one column ("${names[0]}"); columns must be separated by commas`);
  problems.throwIfAny("The dataset's header row cannot be used.");
  return names;
}
