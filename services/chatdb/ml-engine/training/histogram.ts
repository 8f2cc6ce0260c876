/** Copies the values of rows `start` to `end` of an order into `to`, one after another. */
export function gather(from: Float64Array, order: Uint32Array, start: number, end: number, to: Float64Array): void {
  for (let i = start; i < end; i++) to[i] = from[order[i]!]!;
}

/** One item for each of four columns: their bins, or the offsets of their sums. */
type Four<T> = readonly [T, T, T, T];

/**
 * Adds rows `start` to `end` of an order to the sums of their bins: slope, rows, curvature. Slopes and curvatures are
 * gathered.
 */
export function addCurved(
  [a, b, c, d]: Four<Uint8Array>,
  [atA, atB, atC, atD]: Four<number>,
  order: Uint32Array,
  start: number,
  end: number,
  slopes: Float64Array,
  curvatures: Float64Array,
  sums: Float64Array,
): void {
  for (let i = start; i < end; i++) {
    const row = order[i]!;
    const slope = slopes[i]!;
    const curvature = curvatures[i]!;
    let at = atA + 3 * a[row]!;
    sums[at]! += slope;
    sums[at + 1]! += 1;
    sums[at + 2]! += curvature;
    at = atB + 3 * b[row]!;
    sums[at]! += slope;
    sums[at + 1]! += 1;
    sums[at + 2]! += curvature;
    at = atC + 3 * c[row]!;
    sums[at]! += slope;
    sums[at + 1]! += 1;
    sums[at + 2]! += curvature;
    at = atD + 3 * d[row]!;
    sums[at]! += slope;
    sums[at + 1]! += 1;
    sums[at + 2]! += curvature;
  }
}

/** The same if curvatures are all 1: slope, rows. */
export function addFlat(
  [a, b, c, d]: Four<Uint8Array>,
  [atA, atB, atC, atD]: Four<number>,
  order: Uint32Array,
  start: number,
  end: number,
  slopes: Float64Array,
  sums: Float64Array,
): void {
  for (let i = start; i < end; i++) {
    const row = order[i]!;
    const slope = slopes[i]!;
    let at = atA + 2 * a[row]!;
    sums[at]! += slope;
    sums[at + 1]! += 1;
    at = atB + 2 * b[row]!;
    sums[at]! += slope;
    sums[at + 1]! += 1;
    at = atC + 2 * c[row]!;
    sums[at]! += slope;
    sums[at + 1]! += 1;
    at = atD + 2 * d[row]!;
    sums[at]! += slope;
    sums[at + 1]! += 1;
  }
}
