import { JobError } from "./job-error.ts";

/** Row indices, each in exactly one of the two. */
export interface Split {
  training: Int32Array;
  test: Int32Array;
}

/** With fewer rows a held-out measure says nothing. */
export const fewestRows = 10;

/** Holds a share of the rows out, chosen by a seeded shuffle: the same seed gives the same split. */
export function splitRows(rows: number, testFraction: number, seed: number): Split {
  if (rows < fewestRows) throw new JobError(`The dataset has ${rows} rows; training takes at least ${fewestRows}.`);
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

/** A small seeded generator of numbers in [0, 1) (Tommy Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
