import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { parseJson } from "@platform/kit/json.ts";
import { ColumnBuilder, type Column } from "./column.ts";
import { JobError } from "./job-error.ts";
import { ProblemList } from "./problem-list.ts";
import { checkMemoryBudget } from "./memory-budget.ts";

/** Upper limit of characters in a line: a longer one shows that the file has no lines. */
const maxLineLength = 2 ** 24;

/**
 * Reads JSON lines (an object on each line, UTF-8). Keys are columns in the order of their first occurrence; values are
 * texts, numbers, true, false or null, and are parsed like the cells of a CSV file. A key that a line lacks has no
 * value there. Lines count from 1.
 */
export async function readJsonLines(
  file: Readable,
  maxValues: number,
): Promise<{ columns: Column[]; rowNumbers: number[] }> {
  const problems = new ProblemList();
  const rowNumbers: number[] = [];
  const columns = new Map<string, ColumnBuilder>();
  let line = 0;
  for await (const text of linesOf(file)) {
    line++;
    if (text.trim() === "") continue;
    const row = objectIn(text);
    if (row === undefined) {
      problems.add(`line ${line}: not a JSON object`);
      continue;
    }
    for (const [key, value] of Object.entries(row)) {
      if (!columns.has(key)) {
        checkMemoryBudget(rowNumbers.length, columns.size + 1, maxValues);
        columns.set(key, newColumn(key, rowNumbers, problems));
      }
      if (typeof value === "object" && value !== null)
        problems.add(
          `line ${line}, key "${key}": ${Array.isArray(value) ? "a list" : "an object"} where a text, a number, true, false or null is expected`,
        );
    }
    for (const [key, column] of columns) column.add(Object.hasOwn(row, key) ? cellOf(row[key]) : "", line);
    rowNumbers.push(line);
    checkMemoryBudget(rowNumbers.length, columns.size, maxValues);
  }
  if (columns.has("")) problems.add("a key is empty: columns need names");
  if (columns.size === 0) problems.add("there is no line that has an object");
  else if (columns.size === 1)
    problems.add(`only one key ("${[...columns.keys()][0]}"); there is nothing to learn from`);
  const finished = [...columns.values()].map((column) => column.finish());
  problems.throwIfAny("The dataset has lines that cannot be used.");
  return { columns: finished, rowNumbers };
}

/** Creates a column for a key that earlier lines lack. */
function newColumn(key: string, earlier: readonly number[], problems: ProblemList): ColumnBuilder {
  const column = new ColumnBuilder(key, problems, "line");
  for (const line of earlier) column.add("", line);
  return column;
}

/** Converts a value to a cell. The caller reports lists and objects. */
function cellOf(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function objectIn(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function* linesOf(file: Readable): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let first = true;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    let text = decoder.write(chunk);
    if (first) text = text.replace(/^\uFEFF/, "");
    first = false;
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > maxLineLength)
      throw new JobError("The dataset has a line that is too long: JSON lines have an object on each line.");
  }
  rest += decoder.end();
  if (rest !== "") yield rest;
}
