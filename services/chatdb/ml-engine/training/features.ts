import { createEncoder, encodedWidth } from "@chatdb/ml-model/encoding.ts";
import type { FeatureValues, TableFeature } from "@chatdb/ml-model/feature.ts";
import type { CategoryColumn, Column, NumberColumn } from "./column.ts";
import { JobError } from "./job-error.ts";

/** A column with more categories keeps its most frequent ones. */
const maxCategories = 50;

/** 8 bytes each: 128 MiB. */
const maxCells = 2 ** 24;

/** Rows of encoded features, one after another. */
export interface Matrix {
  data: Float64Array;
  rows: number;
  width: number;
}

/** Learns the encoding of each column from the training rows alone, so that held-out rows do not leak into it. */
export function learnFeatures(columns: readonly Column[], training: Int32Array): TableFeature[] {
  return columns.map((column) =>
    column.kind === "number" ? learnNumber(column, training) : learnCategories(column, training),
  );
}

/** Mean and standard deviation (of the population) by Welford's method. */
function learnNumber({ name, values, missing }: NumberColumn, training: Int32Array): TableFeature {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const row of training) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    const difference = value - mean;
    mean += difference / ++count;
    squares += difference * (value - mean);
  }
  const deviation = Math.sqrt(squares / Math.max(count, 1));
  return { kind: "number", name, mean, scale: deviation > 0 ? deviation : 1, required: missing === 0 };
}

function learnCategories({ name, values, missing }: CategoryColumn, training: Int32Array): TableFeature {
  const counts = new Map<string, number>();
  for (const row of training) {
    const value = values[row];
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const byFrequency = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);
  const open = byFrequency.length > maxCategories;
  const categories = byFrequency.slice(0, maxCategories).sort();
  const shares = categories.map((category) => counts.get(category)! / training.length);
  return { kind: "category", name, categories, shares, open, required: missing === 0 };
}

/** Encodes the given rows. */
export function encodeRows(features: readonly TableFeature[], columns: readonly Column[], rows: Int32Array): Matrix {
  const width = encodedWidth(features);
  if (rows.length * width > maxCells) {
    throw new JobError(
      `The dataset takes ${width} columns once its words are encoded; with ${rows.length} rows at most ` +
        `${Math.floor(maxCells / rows.length)} fit. Leave out columns or rows.`,
    );
  }
  const data = new Float64Array(rows.length * width);
  const encode = createEncoder(features);
  rows.forEach((row, index) => {
    encode((feature) => valueOf(columns[feature]!, row), data, index * width);
  });
  return { data, rows: rows.length, width };
}

/** Collects a row's values by column name. */
export function valuesAt(columns: readonly Column[], row: number): Record<string, FeatureValues[string]> {
  return Object.fromEntries(columns.map((column) => [column.name, valueOf(column, row)]));
}

function valueOf({ values }: Column, row: number): number | string | undefined {
  return Number.isNaN(values[row]) ? undefined : values[row];
}
