import type { Matrix } from "./features.ts";
import { JobError } from "./job-error.ts";
import { placesOf, unwatched, type Watch } from "./watch.ts";

/** Upper limit of columns: the products of any two are held, 8 bytes each, so 128 MiB. */
const maxColumns = 2 ** 12;

export interface LinearFit {
  intercept: number;
  weights: number[];
}

/**
 * Ridge regression: minimises sum (y - intercept - w . x)^2 + l2 |w|^2, the intercept free of the penalty,
 * by the normal equations on centred data and a Cholesky decomposition (Golub and Van Loan, Matrix Computations, 4.2).
 */
export function fitLinear(
  x: Matrix,
  y: Float64Array,
  l2: number,
  watch: Pick<Watch, "progress"> = unwatched,
): LinearFit {
  const { width } = x;
  if (width > maxColumns)
    throw new JobError(
      `The dataset takes ${width} columns once its words are encoded; linear-regression takes at most ${maxColumns}. Leave out columns, or take boosted-trees.`,
    );
  const means = columnMeans(x);
  const meanOfY = y.reduce((sum, value) => sum + value, 0) / x.rows;
  const gram = new Float64Array(width * width);
  const moments = new Float64Array(width);
  const row = new Float64Array(width);
  for (const r of placesOf(x.rows, watch, "adding up rows")) {
    for (let i = 0; i < width; i++) row[i] = x.data[r * width + i]! - means[i]!;
    for (let i = 0; i < width; i++) {
      moments[i]! += row[i]! * (y[r]! - meanOfY);
      for (let j = 0; j <= i; j++) gram[i * width + j]! += row[i]! * row[j]!;
    }
  }
  for (let i = 0; i < width; i++) gram[i * width + i]! += l2;
  const weights = solveCholesky(gram, moments, width);
  return {
    intercept: meanOfY - weights.reduce((sum, weight, i) => sum + weight * means[i]!, 0),
    weights: [...weights],
  };
}

function columnMeans({ data, rows, width }: Matrix): Float64Array {
  const means = new Float64Array(width);
  for (let r = 0; r < rows; r++) for (let i = 0; i < width; i++) means[i]! += data[r * width + i]! / rows;
  return means;
}

/**
 * Solves a x = b for a symmetric positive definite `a`. It reads the lower half of `a`, and overwrites that and `b`.
 */
function solveCholesky(a: Float64Array, b: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    // A pivot below the rounding errors of the subtractions is only rounding error.
    const diagonal = a[i * n + i]!;
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i > j) a[i * n + j] = sum / a[j * n + j]!;
      else if (sum > diagonal * 1e-13) a[i * n + i] = Math.sqrt(sum);
      else
        throw new JobError(
          "Some columns can be computed from others, so the weights are not determined. Use an l2 above 0.",
        );
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i]! -= a[i * n + k]! * b[k]!;
    b[i]! /= a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i]! -= a[k * n + i]! * b[k]!;
    b[i]! /= a[i * n + i]!;
  }
  return b;
}
