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

/** So many values decide what a column holds; from there on numbers need not be kept as text. */
const sample = 1000;

/** A column is taken for one of numbers, and its other cells for mistakes, from this share of numbers on. */
const mostly = 0.9;

/**
 * Gathers the cells of a column and decides from the first of them whether it holds numbers or words.
 * One that holds numbers must hold nothing else: other cells are reported.
 */
export class ColumnBuilder {
  readonly #name: string;
  readonly #problems: ProblemList;
  readonly #place: string;
  /** Cells while it is undecided, words afterwards; where each stands, while it is undecided. */
  #texts: (string | undefined)[] = [];
  #rows: number[] = [];
  /** Equal words are kept once. */
  readonly #words = new Map<string, string>();
  #numbers: Float64Array<ArrayBuffer> | undefined;
  #length = 0;
  #missing = 0;
  #decided = false;

  /** @param place what rows are called in messages. Default "row" */
  constructor(name: string, problems: ProblemList, place = "row") {
    this.#name = name;
    this.#problems = problems;
    this.#place = place;
  }

  /** @param row where the cell stands in the file, for messages */
  add(cell: string, row: number): void {
    const text = missingMarks.has(cell) ? undefined : cell;
    if (text === undefined) this.#missing++;
    if (this.#numbers) {
      this.#addNumber(text, row);
      return;
    }
    this.#texts.push(text === undefined ? undefined : this.#wordOf(text));
    this.#length++;
    if (this.#decided) return;
    this.#rows.push(row);
    if (this.#length - this.#missing >= sample) this.#decide();
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
    if (present.filter((text) => !Number.isNaN(numberOf(text))).length < mostly * present.length) return;
    this.#texts = [];
    this.#words.clear();
    this.#length = 0;
    this.#numbers = new Float64Array(2 * sample);
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

  #wordOf(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    this.#words.set(text, text);
    return text;
  }
}

/** NaN for what is no number, or larger than a double can hold. */
function numberOf(text: string): number {
  const value = number.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

function abbreviate(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
