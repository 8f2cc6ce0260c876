import type { BinnedColumn } from "./bins.ts";

/** The sums of a leaf in which a split is searched. */
export interface LeafSums {
  slope: number;
  curvature: number;
  rows: number;
  /**
   * Sums by feature and bin: slope, rows and, if `stride` is 3, curvature; else the curvature is the number of rows.
   */
  sums: Float64Array;
  stride: 2 | 3;
  /** Offset of each feature, in bins. */
  starts: Uint32Array;
}

export interface Split {
  /** Twice the decrease of the loss. */
  gain: number;
  feature: number;
  /** For each bin, 1 if its rows go left. */
  left: Uint8Array;
  missingLeft: boolean;
  /** Numbers up to this go left. 0 for a column of categories. */
  threshold: number;
  /** Categories that go left. Absent for a column of numbers. */
  set?: number[];
}

export interface SplitLimits {
  minRows: number;
  minCurvature?: number;
  penalty: number;
  minGain?: number;
}

/** Added to curvatures when categories are ordered by slope over curvature, so that rare ones are not at the ends. */
const smoothing = 10;

/** The best candidate so far; mutable, so that no object is allocated for each candidate. */
interface Best {
  gain: number;
  feature: number;
  /** Number of leading bins of the feature's order that go left. */
  bins: number;
  missingLeft: boolean;
}

/** Finds the split of a leaf with the largest gain, the first of equal ones; undefined if none gains. */
export function findSplit(
  leaf: LeafSums,
  columns: readonly BinnedColumn[],
  features: readonly number[],
  limits: SplitLimits,
): Split | undefined {
  const best: Best = { gain: limits.minGain ?? 0, feature: -1, bins: 0, missingLeft: false };
  for (const feature of features) {
    const { count, thresholds } = columns[feature]!;
    if (!thresholds) {
      const order = orderedCategories(leaf, feature, count);
      scan(leaf, feature, order, order.length - 1, false, limits, best);
      continue;
    }
    const missing = leaf.sums[(leaf.starts[feature]! + count) * leaf.stride + 1]! > 0;
    scan(leaf, feature, undefined, missing ? count : count - 1, false, limits, best);
    if (missing) scan(leaf, feature, undefined, count - 1, true, limits, best);
  }
  return best.feature < 0 ? undefined : splitOf(leaf, columns[best.feature]!, best);
}

/**
 * Tries to send the first bins left, from one to `maxLeft` of them, and updates `best`.
 * @param order order of the bins. Default: ascending
 * @param missingLeft whether the bin of missing values goes left, too
 */
function scan(
  leaf: LeafSums,
  feature: number,
  order: Uint8Array | undefined,
  maxLeft: number,
  missingLeft: boolean,
  { minRows, minCurvature = 0, penalty }: SplitLimits,
  best: Best,
): void {
  const { slope, curvature, rows, sums, stride } = leaf;
  const start = leaf.starts[feature]! * stride;
  const whole = slope ** 2 / (curvature + penalty);
  const missing = missingLeft ? leaf.starts[feature + 1]! * stride - stride : -1;
  let g = missingLeft ? sums[missing]! : 0;
  let n = missingLeft ? sums[missing + 1]! : 0;
  let h = missingLeft ? sums[missing + stride - 1]! : 0;
  for (let place = 0; place < maxLeft; place++) {
    const at = start + (order ? order[place]! : place) * stride;
    g += sums[at]!;
    n += sums[at + 1]!;
    h += sums[at + stride - 1]!;
    if (n < minRows || h < minCurvature) continue;
    // The right side only shrinks from here.
    if (rows - n < minRows || curvature - h < minCurvature) break;
    const gain = g ** 2 / (h + penalty) + (slope - g) ** 2 / (curvature - h + penalty) - whole;
    if (gain > best.gain) {
      best.gain = gain;
      best.feature = feature;
      best.bins = place + 1;
      best.missingLeft = missingLeft;
    }
  }
}

/**
 * Orders the categories of a leaf, including the missing one, by slope over curvature: then the best set of them is a
 * prefix (W. D. Fisher, On grouping for maximum homogeneity, 1958; as LightGBM does).
 */
function orderedCategories({ sums, starts, stride }: LeafSums, feature: number, count: number): Uint8Array {
  const start = starts[feature]! * stride;
  const present = Uint8Array.from({ length: count + 1 }, (_, bin) => bin).filter(
    (bin) => sums[start + bin * stride + 1]! > 0,
  );
  const ratio = (bin: number) => sums[start + bin * stride]! / (sums[start + bin * stride + stride - 1]! + smoothing);
  return present.sort((a, b) => ratio(a) - ratio(b) || a - b);
}

function splitOf(
  leaf: LeafSums,
  { count, thresholds }: BinnedColumn,
  { gain, feature, bins, missingLeft }: Best,
): Split {
  const left = new Uint8Array(count + 1);
  if (!thresholds) {
    const set = orderedCategories(leaf, feature, count).subarray(0, bins);
    for (const bin of set) left[bin] = 1;
    return {
      gain,
      feature,
      left,
      missingLeft: left[count] === 1,
      threshold: 0,
      set: [...set].filter((bin) => bin < count).sort((a, b) => a - b),
    };
  }
  left.fill(1, 0, bins);
  const at = (leaf.starts[feature]! + count) * leaf.stride + 1;
  // If no value is missing here, later missing ones follow the majority.
  if (leaf.sums[at] === 0) missingLeft = 2 * rowsOf(leaf, feature, bins) >= leaf.rows;
  left[count] = missingLeft ? 1 : 0;
  // Above the last bin there are only missing values.
  return { gain, feature, left, missingLeft, threshold: thresholds[bins - 1] ?? Number.MAX_VALUE };
}

/** Counts the rows in the first bins. */
function rowsOf({ sums, starts, stride }: LeafSums, feature: number, bins: number): number {
  let rows = 0;
  for (let bin = 0; bin < bins; bin++) rows += sums[(starts[feature]! + bin) * stride + 1]!;
  return rows;
}
