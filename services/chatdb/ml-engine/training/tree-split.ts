import type { BinnedColumn } from "./bins.ts";

/** A leaf's sums, for the search of a split. */
export interface Sums {
  slope: number;
  curvature: number;
  rows: number;
  /** By feature and bin: slope, rows and, where `stride` is 3, curvature, which else is the number of rows. */
  sums: Float64Array;
  stride: 2 | 3;
  /** Where each feature begins, in bins. */
  starts: Uint32Array;
}

export interface Split {
  /** How much the loss falls, twice. */
  gain: number;
  feature: number;
  /** By bin, whether its rows go left. */
  left: Uint8Array;
  missingLeft: boolean;
  /** What is at most this goes left; of a column of numbers. */
  threshold: number;
  /** Bins that go left; of a column of categories. */
  set?: number[];
}

export interface SplitLimits {
  minRows: number;
  minCurvature?: number;
  penalty: number;
  minGain?: number;
}

/** Categories are ordered by their slopes over their curvatures and this much more, so that those of few rows are not at the ends. */
const smoothing = 10;

/** What is best so far, without an object for each. */
interface Best {
  gain: number;
  feature: number;
  /** How many bins of the feature's order go left. */
  bins: number;
  missingLeft: boolean;
}

/** The split of a leaf that gains most, if one gains anything; of equal ones the first. */
export function findSplit(
  leaf: Sums,
  columns: readonly BinnedColumn[],
  features: readonly number[],
  limits: SplitLimits,
): Split | undefined {
  const best: Best = { gain: limits.minGain ?? 0, feature: -1, bins: 0, missingLeft: false };
  for (const feature of features) {
    const { count, thresholds } = columns[feature]!;
    if (!thresholds) {
      const order = ordered(leaf, feature, count);
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
 * Tries what comes of sending the first bins left, from one up to `most` of them.
 * @param order of bins. Default: their own
 * @param missingLeft whether the bin after all goes left with them
 */
function scan(
  leaf: Sums,
  feature: number,
  order: Uint8Array | undefined,
  most: number,
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
  for (let place = 0; place < most; place++) {
    const at = start + (order ? order[place]! : place) * stride;
    g += sums[at]!;
    n += sums[at + 1]!;
    h += sums[at + stride - 1]!;
    if (n < minRows || h < minCurvature) continue;
    // What is left over only grows less.
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
 * The categories of a leaf, what is missing among them, by how much they call for: then the best set of them is one of the first
 * (W. D. Fisher, On grouping for maximum homogeneity, 1958; as LightGBM does).
 */
function ordered({ sums, starts, stride }: Sums, feature: number, count: number): Uint8Array {
  const start = starts[feature]! * stride;
  const there = Uint8Array.from({ length: count + 1 }, (_, bin) => bin).filter(
    (bin) => sums[start + bin * stride + 1]! > 0,
  );
  const call = (bin: number) => sums[start + bin * stride]! / (sums[start + bin * stride + stride - 1]! + smoothing);
  return there.sort((a, b) => call(a) - call(b) || a - b);
}

function splitOf(leaf: Sums, { count, thresholds }: BinnedColumn, { gain, feature, bins, missingLeft }: Best): Split {
  const left = new Uint8Array(count + 1);
  if (!thresholds) {
    const set = ordered(leaf, feature, count).subarray(0, bins);
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
  // Where none is missing, one that is goes where most go.
  if (leaf.sums[at] === 0) missingLeft = 2 * rowsOf(leaf, feature, bins) >= leaf.rows;
  left[count] = missingLeft ? 1 : 0;
  // Above the last bin there is only what is missing.
  return { gain, feature, left, missingLeft, threshold: thresholds[bins - 1] ?? Number.MAX_VALUE };
}

/** In the first bins. */
function rowsOf({ sums, starts, stride }: Sums, feature: number, bins: number): number {
  let rows = 0;
  for (let bin = 0; bin < bins; bin++) rows += sums[(starts[feature]! + bin) * stride + 1]!;
  return rows;
}
