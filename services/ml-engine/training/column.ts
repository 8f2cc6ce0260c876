import type { ProblemList } from "./problem-list.ts";

/** A column whose values are numbers; NaN where missing. */
export interface NumberColumn {
  kind: "number";
  name: string;
  values: Float64Array;
  missing: number;
}

/** A column whose values are words; undefined where missing. */
export interface CategoryColumn {
  kind: "category";
  name: string;
  values: (string | undefined)[];
  missing: number;
}

export type Column = NumberColumn | CategoryColumn;

/** Cells that mean "no value", besides the empty one; the common ones of what pandas.read_csv takes as such. */
const missingMarks = new Set(["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"]);

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A column is taken for one of numbers, and its other cells for mistakes, from this share of numbers on. */
const mostly = 0.9;

/**
 * Decides whether a column holds numbers or words. One that is mostly numbers must be all numbers:
 * its other cells are reported, by their row numbers.
 */
export function toColumn(name: string, cells: readonly string[], rowNumbers: readonly number[], problems: ProblemList): Column {
  const isMissing = (cell: string) => missingMarks.has(cell);
  const missing = cells.filter(isMissing).length;
  const numbers = cells.filter(isNumber).length;
  const present = cells.length - missing;
  if (numbers < present && numbers < mostly * present) {
    return { kind: "category", name, missing, values: cells.map((cell) => (isMissing(cell) ? undefined : cell)) };
  }
  const values = Float64Array.from(cells, (cell, index) => {
    if (isMissing(cell)) return NaN;
    if (!isNumber(cell)) problems.add(`row ${rowNumbers[index]}, column "${name}": "${abbreviate(cell)}" is not a number, as others in this column are`);
    return Number(cell);
  });
  return { kind: "number", name, missing, values };
}

function isNumber(cell: string): boolean {
  return number.test(cell) && Number.isFinite(Number(cell));
}

function abbreviate(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
