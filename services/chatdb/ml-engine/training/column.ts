import type { ProblemList } from "./problem-list.ts";

/** A column of numbers; NaN if missing. */
export interface NumberColumn {
  kind: "number";
  name: string;
  values: Float64Array;
  missing: number;
}

/** A column of words; undefined if missing. */
export interface CategoryColumn {
  kind: "category";
  name: string;
  values: (string | undefined)[];
  missing: number;
}

export type Column = NumberColumn | CategoryColumn;

/** Cells that mean "no value", besides the empty one: the common ones of pandas.read_csv. */
const missingMarks = new Set(["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"]);

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Values that decide the kind of a column; afterwards numbers need not be kept as text. */
const sampleSize = 1000;

/** From this share of numbers on a column is numeric, and its other cells are mistakes. */
const numericShare = 0.9;

/**
 * Collects the cells of a column and decides by the first of them whether it holds numbers or words. In a column of
 * numbers every other cell is reported as a problem.
 */
export class ColumnBuilder {
  readonly #name: string;
  readonly #problems: ProblemList;
  readonly #place: string;
  /** Cells until the kind is decided, words afterwards; and the rows of the cells until then. */
  #texts: (string | undefined)[] = [];
  #rows: number[] = [];
  /** Interns words, so that equal ones share memory. */
  readonly #words = new Map<string, string>();
  #numbers: Float64Array<ArrayBuffer> | undefined;
  #length = 0;
  #missing = 0;
  #decided = false;

  /** @param place word for a row in messages. Default "row" */
  constructor(name: string, problems: ProblemList, place = "row") {
    this.#name = name;
    this.#problems = problems;
    this.#place = place;
  }

  /** @param row row of the cell in the file, for messages */
  add(cell: string, row: number): void {
    const text = missingMarks.has(cell) ? undefined : cell;
    if (text === undefined) this.#missing++;
    if (this.#numbers) {
      this.#addNumber(text, row);
      return;
    }
    this.#texts.push(text === undefined ? undefined : this.#intern(text));
    this.#length++;
    if (this.#decided) return;
    this.#rows.push(row);
    if (this.#length - this.#missing >= sampleSize) this.#decide();
  }

  finish(): Column {
    if (!this.#decided) this.#decide();
    const common = { name: this.#name, missing: this.#missing };
    return this.#numbers
      ? { kind: "number", ...common, values: this.#numbers.slice(0, this.#length) }
      : { kind: "category", ...common, values: this.#texts };
  }

  #decide(): void {
    const texts = this.#texts;
    const rows = this.#rows;
    this.#decided = true;
    this.#rows = [];
    const present = texts.filter((text) => text !== undefined);
    if (present.filter((text) => !Number.isNaN(numberOf(text))).length < numericShare * present.length) return;
    this.#texts = [];
    this.#words.clear();
    this.#length = 0;
    this.#numbers = new Float64Array(2 * sampleSize);
    texts.forEach((text, index) => this.#addNumber(text, rows[index]!));
  }

  #addNumber(text: string | undefined, row: number): void {
    const value = text === undefined ? NaN : numberOf(text);
    if (text !== undefined && Number.isNaN(value)) {
      this.#problems.add(
        `${this.#place} ${row}, column "${this.#name}": "${abbreviate(text)}" is not a number, as others in this column are`,
      );
    }
    let numbers = this.#numbers!;
    if (this.#length === numbers.length) {
      numbers = new Float64Array(2 * numbers.length);
      numbers.set(this.#numbers!);
      this.#numbers = numbers;
    }
    numbers[this.#length++] = value;
  }

  #intern(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    this.#words.set(text, text);
    return text;
  }
}

/** Parses a number; NaN if the text is not one, or exceeds a double. */
function numberOf(text: string): number {
  const value = number.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

function abbreviate(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
