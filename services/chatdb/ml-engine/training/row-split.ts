import { JobError } from "./job-error.ts";
import { mulberry32 } from "./seeded-random.ts";

/** Training and held-out rows: each row index is in exactly one of the two. */
export interface RowSplit {
  training: Int32Array;
  test: Int32Array;
}

/** With fewer rows a held-out measurement says nothing. */
export const minDatasetRows = 10;

/** Holds out a share of the rows by a seeded shuffle: the same seed gives the same split. */
export function splitRows(rows: number, testFraction: number, seed: number): RowSplit {
  if (rows < minDatasetRows)
    throw new JobError(`The dataset has ${rows} rows; training takes at least ${minDatasetRows}.`);
  const order = Int32Array.from({ length: rows }, (_, index) => index);
  const random = mulberry32(seed);
  // Fisher-Yates.
  for (let last = rows - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  const held = Math.min(Math.max(Math.round(rows * testFraction), 1), rows - 2);
  return { test: order.slice(0, held), training: order.slice(held) };
}
