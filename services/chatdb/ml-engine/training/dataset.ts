import { pipeline, type Readable } from "node:stream";
import { createMeter } from "@platform/kit/object-store.ts";
import { CsvError, parse } from "csv-parse";
import { ColumnBuilder, type Column } from "./column.ts";
import { JobError } from "./job-error.ts";
import { readJsonLines } from "./json-lines.ts";
import { ProblemList } from "./problem-list.ts";
import { checkMemoryBudget } from "./memory-budget.ts";

/** A dataset in memory, column by column. */
export interface Dataset {
  columns: Column[];
  /** Number of each row in the file: as in a spreadsheet, where the header is row 1, or the line. */
  rowNumbers: number[];
  /** Digest of the file's bytes. */
  sha256: string;
}

/** CSV is that of RFC 4180 (commas, quotes, a header row); JSON lines have an object on each line. Both are UTF-8. */
export type DatasetFormat = "csv" | "json-lines";

type Table = Omit<Dataset, "sha256">;

/**
 * Reads a dataset from a stream and keeps only its columns in memory. Throws a JobError that names rows and columns as
 * a spreadsheet numbers them (the header is row 1), or lines and keys.
 * @param maxValues upper limit of rows times columns. Default: none
 */
export async function readDataset(
  file: Readable,
  format: DatasetFormat = "csv",
  maxValues = Infinity,
): Promise<Dataset> {
  const { meter, stored } = createMeter();
  // The end of either stream ends the other, so reading the table fails with the file's error.
  const bytes = pipeline(file, meter, () => undefined);
  const table = await (format === "csv" ? readCsv(bytes, maxValues) : readJsonLines(bytes, maxValues));
  return { ...table, sha256: stored().sha256 };
}

function readCsv(bytes: Readable, maxValues: number): Promise<Table> {
  const records = pipeline(bytes, parse({ bom: true, trim: true, relax_column_count: true }), () => undefined);
  return readRecords(records as AsyncIterable<string[]>, maxValues);
}

async function readRecords(records: AsyncIterable<string[]>, maxValues: number): Promise<Table> {
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
        checkMemoryBudget(rowNumbers.length, columns.length, maxValues);
      }
    }
  } catch (error) {
    if (error instanceof CsvError)
      throw new JobError(`The dataset is not valid CSV. ${error.message}`, { cause: error });
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
